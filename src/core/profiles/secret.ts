import { fromBase64, toBase64, toHex } from '../../../sdk/encoding.ts';
import { keyOf } from '../../../sdk/key.ts';
import * as limits from '../limits/endpoints.ts';
import type { Profile, Wire } from './profile.ts';

const bytesMin = 24;
const bytesMax = 64;

/**
 * A new secret in the profile's form; `randomBytes` must be fit for secrets. A profile that signs nothing gets one, too
 * (32 bytes as hex): it stays unused unless the endpoint's own wire format signs.
 */
export function newSecret(profile: Profile, randomBytes: (count: number) => Uint8Array): string {
  const form = profile.secret;
  if (form.kind === 'standard') return `whsec_${toBase64(randomBytes(form.bytes))}`;
  return form.kind === 'hex' ? form.prefix + toHex(randomBytes(form.bytes)) : toHex(randomBytes(32));
}

/**
 * Whether a caller's secret can be used (contract §3). It is taken as it is; `problem` says what the profile, or the
 * endpoint's own wire format, wants instead, and never repeats the secret.
 */
export function checkSecret(
  profile: Profile,
  text: string,
  wire: Wire = profile.wire,
): { value: string } | { problem: string } {
  if (profile.secret.kind === 'standard' && wire.signature === profile.wire.signature)
    return checkStandard(text);
  const length = [...text].length;
  if (length < 1 || length > limits.secretChars || /[\p{C}\p{Zl}\p{Zp}]/u.test(text)) {
    return { problem: `A secret is 1–${limits.secretChars} printable characters.` };
  }
  if (wire.signature !== null && keyOf(wire.signature, text) === null) {
    return {
      problem: `This wire format reads secrets as ${wire.signature.keyEncoding}; this one is not written so.`,
    };
  }
  return { value: text };
}

function checkStandard(text: string): { value: string } | { problem: string } {
  const wanted = `Give whsec_ and base64 of ${bytesMin}–${bytesMax} bytes, or whsk_ and base64 of an ed25519 key.`;
  if (text.startsWith('whsk_')) {
    const bytes = fromBase64(text.slice(5));
    const fits = bytes?.length === 32 || bytes?.length === 64;
    return fits
      ? { value: text }
      : { problem: `This is no ed25519 private key of 32 or 64 bytes. ${wanted}` };
  }
  const bytes = fromBase64(text.startsWith('whsec_') ? text.slice(6) : text);
  if (bytes === null) return { problem: `This is not base64. ${wanted}` };
  if (bytes.length < bytesMin || bytes.length > bytesMax) {
    return { problem: `This is base64 of ${bytes.length} bytes. ${wanted}` };
  }
  return { value: text };
}
