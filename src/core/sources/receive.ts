import type { ReceivedRequest } from '../../../sdk/place.ts';
import type { VerifyInput } from '../../../sdk/reading.ts';
import type { Crypto } from '../../../sdk/scheme.ts';
import { type Verification, verify } from '../../../sdk/verify.ts';
import { parseDuration } from '../duration.ts';
import type { Handshake, Held, Preset } from './preset.ts';

/** When a request came, and what was fetched for it. */
export interface Moment {
  /** Seconds since 1970, the moment of receipt. */
  nowS: number;
  /** Certificates as PEM by their address. */
  certificates?: Readonly<Record<string, string>>;
}

/**
 * Whether a request is what the preset's provider signs, with what the source holds. A refusal with `certificateUrl` asks for
 * a certificate first (see `Verification`). Never throws for anything a stranger can send.
 */
export function verifyRequest(
  preset: Preset,
  request: ReceivedRequest,
  held: Held & Moment,
  crypto: Crypto,
): Verification {
  return verify(preset.scheme, verifyInputOf(preset, request, held), crypto);
}

/** What `verify` needs to judge a request by what a source holds. */
export function verifyInputOf(
  preset: Preset,
  request: ReceivedRequest,
  { secrets, fields, nowS, certificates = {} }: Held & Moment,
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
  held: Held,
  crypto: Crypto,
): Handshake | null {
  return preset.handshake?.(request, held, crypto) ?? null;
}
