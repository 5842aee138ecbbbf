import { adviceFor } from './advice.ts';
import { toHex } from './encoding.ts';
import { WebhookError } from './error.ts';
import { atPointer, jsonOf, type ReceivedRequest, valuesAt } from './place.ts';
import type { VerifyInput } from './reading.ts';
import { type AnyRequest, readRaw } from './request.ts';
import type { AnyScheme, Place, Scheme } from './scheme.ts';
import { standard } from './schemes/standard.ts';
import { verify as verifySync } from './verify.ts';
import { withWebCrypto } from './web-crypto.ts';

/** What a request is judged by. */
export interface VerifyOptions {
  /** How the sender signs; Standard Webhooks unless given. */
  scheme?: AnyScheme;
  /** The secret, or every one that is valid at present, newest first. A public key where the scheme has one. */
  secret?: string | readonly string[];
  /** How far the time of signing may be from now, in both directions, in seconds; the scheme's own unless given. */
  toleranceS?: number;
  /** Now, in milliseconds since 1970; the machine's clock unless given. */
  now?: () => number;
  /** The address as the sender knows it, for schemes that sign it: behind a proxy the server sees another one. */
  url?: string;
  /** What the scheme needs besides (`webhookId`, `topicArn`, `publicKey` …). */
  fields?: Readonly<Record<string, string>>;
  /** Fetches the certificate at an address that the scheme has found to be the provider's, as PEM: see `certificates`. */
  certificate?: (url: string) => Promise<string>;
  /** The largest body, in bytes; 5 MiB unless given. */
  maxBytes?: number;
  /** Where the event's id and type sit, when not where the scheme has them. */
  id?: Place;
  type?: Place;
}

/** An event whose signature holds. */
export interface WebhookEvent<Data = unknown, Type extends string = string> {
  /** The same whenever the event is sent again; the SHA-256 of the body, as hex, for senders that give none. */
  id: string;
  /** `webhook` for senders that give none. */
  type: Type;
  /** The member `data` of an envelope that names its type, as Surehook and most others send; else the whole body. */
  data: Data;
  /** The body as JSON; undefined when it is none. Numbers of more digits than a double holds stand only in `body`. */
  payload: unknown;
  /** The bytes that were signed. */
  body: Uint8Array;
  /** When it was signed, in milliseconds since 1970; null when the scheme does not say. */
  signedAtMs: number | null;
  /** Place of the secret that fitted: what is not 0 tells that the sender still signs with an old one. */
  secretIndex: number;
}

/**
 * The event that a request carries, if it was signed with the secret and recently enough. Throws a `WebhookError` otherwise: `code`
 * says what is the matter, `message` what to change, `status` what to answer.
 */
export async function verify<Data = unknown>(
  request: AnyRequest,
  options: VerifyOptions,
): Promise<WebhookEvent<Data>> {
  const raw = await readRaw(request, options.maxBytes);
  return await verifyRaw<Data>(raw, options);
}

/** The same for a request that was read before, as `readRaw` answers it. */
export async function verifyRaw<Data = unknown>(
  raw: ReceivedRequest,
  options: VerifyOptions,
): Promise<WebhookEvent<Data>> {
  const { scheme = standard, certificate } = options;
  const input = inputOf(raw, options);
  let result = await withWebCrypto((crypto) => verifySync(scheme, input, crypto));
  if (!result.valid && result.certificateUrl !== undefined && certificate !== undefined) {
    const certificates = { [result.certificateUrl]: await certificate(result.certificateUrl) };
    result = await withWebCrypto((crypto) => verifySync(scheme, { ...input, certificates }, crypto));
  }
  if (!result.valid)
    throw new WebhookError(
      result.reason,
      await adviceFor(scheme, input, result),
      result.certificateUrl ?? null,
    );
  return await eventOf<Data>(input, options, result);
}

function inputOf(raw: ReceivedRequest, options: VerifyOptions): VerifyInput {
  const { secret = [], toleranceS, now = Date.now, url, fields = {} } = options;
  const secrets = typeof secret === 'string' ? [secret] : secret;
  return {
    ...raw,
    ...(url === undefined ? {} : { url }),
    ...(toleranceS === undefined ? {} : { toleranceS }),
    // An unset variable of the environment is no secret; `no_secret` says so.
    secrets: secrets.filter((text) => text !== undefined && text !== null),
    nowS: now() / 1000,
    fields,
  };
}

async function eventOf<Data>(
  input: VerifyInput,
  { scheme = standard, id, type }: VerifyOptions,
  { secret, timestampS }: { secret: number; timestampS: number | null },
): Promise<WebhookEvent<Data>> {
  const own: Partial<Scheme> = 'read' in scheme ? {} : schemeFor(scheme, input);
  const typePlace = type ?? own.type;
  const payload = jsonOf(input.body);
  const isEnvelope = typePlace !== undefined && 'body' in typePlace;
  const data = isEnvelope ? (atPointer(payload, '/data') ?? payload) : payload;
  return {
    id: firstAt(id ?? own.id, input) ?? (await hashOf(input.body)),
    type: firstAt(typePlace, input) ?? 'webhook',
    data: data as Data,
    payload,
    body: input.body,
    signedAtMs: timestampS === null ? null : Math.round(timestampS * 1000),
    secretIndex: secret,
  };
}

/** Of a provider with two generations, the one that this request is of. */
function schemeFor(scheme: Scheme, request: ReceivedRequest): Scheme {
  const isOther = scheme.otherwise !== undefined && firstAt(scheme.place, request) === null;
  return isOther ? scheme.otherwise! : scheme;
}

function firstAt(place: Place | undefined, request: ReceivedRequest): string | null {
  const [value = ''] = place === undefined ? [] : valuesAt(place, request);
  return value === '' ? null : value;
}

async function hashOf(body: Uint8Array): Promise<string> {
  return toHex(await withWebCrypto((crypto) => crypto.sha256([body])));
}
