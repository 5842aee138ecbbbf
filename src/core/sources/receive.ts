import type { ReceivedRequest } from '../../../sdk/place.ts';
import type { VerifyInput } from '../../../sdk/reading.ts';
import type { Crypto } from '../../../sdk/scheme.ts';
import { type Verification, verify } from '../../../sdk/verify.ts';
import { parseDuration } from '../duration.ts';
import type { Credentials, Handshake, Preset } from './preset.ts';

/** When a request came, and what was fetched for it. */
export interface Moment {
  /** Seconds since 1970, the moment of receipt. */
  nowS: number;
  /** Certificates as PEM by their address. */
  certificates?: Readonly<Record<string, string>>;
}

/**
 * Whether a request is what the preset's provider signs, with the credentials of the source. A refusal with `certificateUrl` asks for
 * a certificate first (see `Verification`). Never throws for anything a stranger can send.
 */
export function verifyRequest(
  preset: Preset,
  request: ReceivedRequest,
  credentials: Credentials & Moment,
  crypto: Crypto,
): Verification {
  return verify(preset.scheme, verifyInputOf(preset, request, credentials), crypto);
}

/** What `verify` needs to judge a request by the credentials of a source. */
export function verifyInputOf(
  preset: Preset,
  request: ReceivedRequest,
  { secrets, fields, nowS, certificates = {} }: Credentials & Moment,
): VerifyInput {
  const { headers, body, method = 'POST', url = '' } = request;
  const keys = preset.fields.filter(({ isKey }) => isKey).flatMap(({ name }) => fields[name] ?? []);
  const toleranceMs = fields.tolerance === undefined ? null : parseDuration(fields.tolerance);
  return {
    headers,
    body,
    method,
    url,
    secrets: [...secrets, ...keys],
    fields,
    nowS,
    certificates,
    ...(toleranceMs === null ? {} : { toleranceS: toleranceMs / 1000 }),
  };
}

/**
 * The answer to a request that asks whether somebody is there; null when it is none. To be asked before anything else: unsigned
 * ones are answered at once, signed ones after `verifyRequest`. Never throws for anything a stranger can send.
 */
export function answerHandshake(
  preset: Preset,
  request: ReceivedRequest,
  credentials: Credentials,
  crypto: Crypto,
): Handshake | null {
  return preset.handshake?.(request, credentials, crypto) ?? null;
}
