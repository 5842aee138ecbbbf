import { toHex } from '../../sdk/encoding.ts';
import type { Crypto, Scheme } from '../../sdk/scheme.ts';
import { profileSchemes } from '../../sdk/schemes.ts';
import { sign } from '../../sdk/sign.ts';
import { bodyVariants } from './explain-bodies.ts';

/** A request for the developer's machine, and what it is about. */
export interface LocalRequest {
  eventId: string;
  type: string;
  headers: [string, string][];
  body: Uint8Array;
}

/** What signs the requests; null where it is the provider's own signature. */
export interface Signer {
  scheme: Scheme;
  secret: string;
}

/** The scheme of a profile with this secret; null for one that signs nothing we could make. */
export function signerOf(profile: string, secret: string): Signer | null {
  const scheme = Object.hasOwn(profileSchemes, profile) ? profileSchemes[profile] : undefined;
  return scheme === undefined || secret === '' ? null : { scheme, secret };
}

/** The same request signed anew: at another time, over another body, or with another key than those that are right. */
export function signedAnew(
  request: LocalRequest,
  { scheme, secret }: Signer,
  as: { timestampS: number; body?: Uint8Array },
  crypto: Crypto,
): LocalRequest {
  const { timestampS, body = request.body } = as;
  const signed = sign(scheme, { secrets: [secret], id: request.eventId, timestampS, body }, crypto);
  const kept = request.headers.filter(([name]) => !Object.hasOwn(signed, name.toLowerCase()));
  return { ...request, headers: [...kept, ...Object.entries(signed)] };
}

const signatureName = /signature|hmac|token/i;

/** The same request with a signature that does not fit; null when it has none. */
export function badlySigned(request: LocalRequest): LocalRequest | null {
  let isChanged = false;
  const headers = request.headers.map(([name, value]): [string, string] => {
    if (!signatureName.test(name) || value.length < 8) return [name, value];
    isChanged = true;
    // In the middle of what is most likely the signature itself: its end.
    const at = value.length - 6;
    return [name, `${value.slice(0, at)}${value[at] === '0' ? '1' : '0'}${value.slice(at + 1)}`];
  });
  return isChanged ? { ...request, headers } : null;
}

/** A mistake that receivers make, with a request that only a receiver who makes it believes. */
export interface Probe {
  mistake: string;
  request: LocalRequest;
}

/** What to try at a receiver that refuses a request which is right: the same body each time, signed as the mistake would have it. */
export function probesFor(
  request: LocalRequest,
  signer: Signer,
  timestampS: number,
  crypto: Crypto,
): Probe[] {
  const { scheme, secret } = signer;
  const probes: Probe[] = [];
  for (const { writer, body } of bodyVariants(request.body))
    if (writer !== undefined && probes.length < probedBodies)
      probes.push({
        mistake: `It verifies the body after parsing it and writing it anew (${writer}), not the bytes that came. ${rawBody}`,
        request: signedAnew(request, signer, { timestampS, body }, crypto),
      });
  const texts = scheme.keyEncoding === 'base64' ? [secret, secret.replace(/^whsec_/, '')] : [];
  for (const text of new Set(texts)) {
    const key = {
      scheme: { ...scheme, keyEncoding: 'hex' as const },
      secret: toHex(new TextEncoder().encode(text)),
    };
    probes.push({
      mistake: `It takes the characters of the secret${text === secret ? '' : ' without whsec_'} as its key: decode what follows whsec_ from base64.`,
      request: signedAnew(request, key, { timestampS }, crypto),
    });
  }
  return probes;
}

const probedBodies = 5;
const rawBody =
  "Take the raw body: express.raw({ type: '*/*' }) on this route before express.json(), await request.text() or arrayBuffer() in fetch handlers, addContentTypeParser with parseAs: 'buffer' in Fastify, request.get_data() in Flask.";

/** The request as a command to paste. */
export function curlOf(url: string, { headers, body }: LocalRequest): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = headers.map(([name, value]) => ` \\\n  -H ${quoted(`${name}: ${value}`)}`).join('');
  return `curl -X POST ${quoted(url)}${lines} \\\n  --data-binary ${quoted(new TextDecoder().decode(body))} \\\n  -w '\\n'`;
}
