import type { AnyScheme } from './scheme.ts';
import { standard } from './schemes/standard.ts';
import { sign } from './sign.ts';
import { withWebCrypto } from './web-crypto.ts';

/** What a request for a test is made of. */
export interface TestRequest {
  /** Standard Webhooks unless given. */
  scheme?: AnyScheme;
  /** Newest first; Standard Webhooks takes several. */
  secret: string | readonly string[];
  /** An object is written as JSON. */
  body: object | string | Uint8Array;
  /** The event's id, for schemes that sign it; `evt_test` unless given. */
  id?: string;
  /** More headers; their names in lower case. */
  headers?: Readonly<Record<string, string>>;
  url?: string;
  /** When it is signed, in milliseconds since 1970; now unless given. */
  atMs?: number;
}

/** A request as a sender makes it: give it to `fetch(url, request)`, `new Request(url, request)` or `verify`. */
export interface SignedRequest {
  method: 'POST';
  url: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/** A request that a receiver must take. Throws an Error for schemes that only the provider can sign, and for a wrong secret. */
export async function signedRequest(request: TestRequest): Promise<SignedRequest> {
  const {
    scheme = standard,
    secret,
    id = 'evt_test',
    atMs = Date.now(),
    url = 'http://localhost/',
  } = request;
  const body = bytesOf(request.body);
  const headers = { 'content-type': 'application/json', ...request.headers };
  const secrets = typeof secret === 'string' ? [secret] : secret;
  const input = { secrets, id, timestampS: atMs / 1000, url, headers: Object.entries(headers).flat(), body };
  const signed = await withWebCrypto((crypto) => sign(scheme, input, crypto));
  return { method: 'POST', url, headers: { ...headers, ...signed }, body };
}

/** The same request with one byte of its body changed after it was signed. A receiver must refuse it. */
export async function tamperedRequest(request: TestRequest): Promise<SignedRequest> {
  const signed = await signedRequest(request);
  const body = new Uint8Array([...signed.body, 0x20]);
  return { ...signed, body };
}

/** The same request as it was signed an hour ago: a receiver must refuse it, if its scheme signs a time at all. */
export async function staleRequest(request: TestRequest): Promise<SignedRequest> {
  return await signedRequest({ ...request, atMs: (request.atMs ?? Date.now()) - 3_600_000 });
}

function bytesOf(body: object | string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
}
