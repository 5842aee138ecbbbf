import type { ReceivedRequest } from './place.ts';
import type { Encoding, Key, Mac, Part, PublicAlgorithm } from './scheme.ts';

/** One way in which a request may prove itself, as data: whoever has cryptography answers whether it holds. */
export type Proof = {
  /** Place of the secret among those given. */
  secret: number;
} & (
  | {
      kind: 'mac';
      algorithm: Mac;
      key: Key;
      parts: readonly Part[];
      encoding: Encoding;
      signatures: readonly string[];
    }
  | { kind: 'digest'; parts: readonly Part[]; encoding: Encoding; signatures: readonly string[] }
  | { kind: 'text'; expected: string; signatures: readonly string[] }
  /** Nothing to prove: the scheme does not sign. */
  | { kind: 'none'; signatures: readonly string[] }
  | {
      kind: 'public';
      algorithm: PublicAlgorithm;
      key: Key;
      parts: readonly Part[];
      signatures: readonly Uint8Array[];
    }
);

/** What a request claims, taken apart without any cryptography. */
export type Reading =
  /** Of each list at least one proof must hold; no list at all proves nothing. */
  | { checks: readonly (readonly Proof[])[]; timestampS: number | null }
  | { reason: Reason }
  /** The address of a certificate, on a host of the provider, that has to be fetched (https, no redirects) and given. */
  | { certificateUrl: string };

/** Why a request is not believed. */
export type Reason =
  | 'no_secret'
  | 'bad_secret'
  | 'missing_field'
  | 'missing_signature'
  | 'missing_timestamp'
  | 'missing_id'
  | 'missing_part'
  | 'duplicate_header'
  | 'malformed_signature'
  | 'malformed_timestamp'
  | 'malformed_body'
  | 'too_many_signatures'
  | 'unknown_version'
  | 'certificate_host'
  | 'certificate_needed'
  | 'bad_certificate'
  | 'wrong_topic'
  | 'too_old'
  | 'too_new'
  | 'mismatch';

/** A request as received, and what to judge it by. */
export interface VerifyInput extends ReceivedRequest {
  /** Every secret that is valid at present, at most `secretsMax`. */
  secrets: readonly string[];
  /** Seconds since 1970, the moment of receipt. */
  nowS: number;
  /** What the scheme needs besides, by name (`webhookId`, `notificationUrl` …). */
  fields?: Readonly<Record<string, string>>;
  /** Certificates as PEM by their address, as fetched when `certificateUrl` asked for them. */
  certificates?: Readonly<Record<string, string>>;
  /** Replaces the scheme's own tolerance, in both directions, where it has a rule for time at all. */
  toleranceS?: number;
}
