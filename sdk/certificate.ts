import { toBase64 } from './encoding.ts';
import { pemBytes } from './key.ts';
import type { Reading, VerifyInput } from './reading.ts';
import { certificateUrlChars, type Key } from './scheme.ts';

/** One element of DER: its tag, and where it, its contents and what follows begin. */
interface Element {
  tag: number;
  at: number;
  from: number;
  to: number;
}

function elementAt(bytes: Uint8Array, at: number): Element | null {
  const tag = bytes[at];
  const short = bytes[at + 1];
  if (tag === undefined || short === undefined) return null;
  if (short < 0x80) return bounded(bytes, { tag, at, from: at + 2, to: at + 2 + short });
  const count = short & 0x7f;
  if (count < 1 || count > 3) return null;
  let length = 0;
  for (let i = 0; i < count; i += 1) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  return bounded(bytes, { tag, at, from: at + 2 + count, to: at + 2 + count + length });
}

function bounded(bytes: Uint8Array, element: Element): Element | null {
  return element.to <= bytes.length ? element : null;
}

/** Fields of a certificate before its key, after an optional version: serial, algorithm, issuer, validity, subject (RFC 5280 §4.1). */
const fieldsBeforeKey = 5;

/**
 * The public key in the first certificate of a PEM text, as the DER of its SubjectPublicKeyInfo; null when there is none. Nothing
 * else of it is judged: what makes it believed is that it came over TLS from a host of the provider.
 */
export function spkiOf(pem: string): Uint8Array | null {
  const bytes = pemBytes(pem);
  const certificate = bytes === null ? null : elementAt(bytes, 0);
  const signed = certificate === null ? null : elementAt(bytes!, certificate.from);
  if (signed?.tag !== 0x30) return null;
  let element = elementAt(bytes!, signed.from);
  if (element?.tag === 0xa0) element = elementAt(bytes!, element.to);
  for (let i = 0; i < fieldsBeforeKey && element !== null; i += 1) element = elementAt(bytes!, element.to);
  return element?.tag === 0x30 && element.to <= signed.to ? bytes!.slice(element.at, element.to) : null;
}

/** An https address at the usual port without credentials; null for anything else. */
export function httpsUrl(address: string): URL | null {
  if (address.length > certificateUrlChars) return null;
  try {
    const url = new URL(address);
    return url.protocol === 'https:' && url.port === '' && url.username + url.password === '' ? url : null;
  } catch {
    return null;
  }
}

/**
 * The key of the certificate at an address that a request names: only from a host that `isHost` lets pass or the field
 * `certificateHosts` names, over https, port 443, and only what the caller fetched.
 */
export function certificateKey(
  address: string,
  isHost: (host: string) => boolean,
  { certificates = {}, fields = {} }: Pick<VerifyInput, 'certificates' | 'fields'>,
): { key: Key } | Exclude<Reading, { checks: unknown }> {
  const url = httpsUrl(address);
  if (url === null) return { reason: 'certificate_host' };
  const more = (fields.certificateHosts ?? '').split(',').map((host) => host.trim().toLowerCase());
  if (!isHost(url.hostname) && !more.includes(url.hostname)) return { reason: 'certificate_host' };
  // As the address is understood, not as it is written: what was judged is what is fetched.
  const pem = Object.hasOwn(certificates, url.href) ? certificates[url.href]! : null;
  if (pem === null) return { certificateUrl: url.href };
  const spki = spkiOf(pem);
  return spki === null
    ? { reason: 'bad_certificate' }
    : { key: { kind: 'spki', id: `spki:${toBase64(spki)}`, bytes: spki } };
}
