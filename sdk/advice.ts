import type { ReceivedHeaders } from './place.ts';
import { readRequest } from './read.ts';
import type { Reason, VerifyInput } from './reading.ts';
import type { AnyScheme, KeyEncoding, Scheme } from './scheme.ts';
import { verify } from './verify.ts';
import { withWebCrypto } from './web-crypto.ts';

/** What to change, in plain words, after a refusal. Holds no secret. For the log: a sender has no business with it. */
export async function adviceFor(
  scheme: AnyScheme,
  input: VerifyInput,
  refused: { reason: Reason; detail: string; certificateUrl?: string },
): Promise<string> {
  const { reason, detail, certificateUrl } = refused;
  const more = 'read' in scheme ? null : await schemeAdvice(scheme, input, reason);
  if (certificateUrl !== undefined)
    return `${detail} Give \`certificate: certificates()\` to have it fetched from ${certificateUrl}.`;
  return [detail, more ?? generalAdvice[reason]].filter((text) => text !== undefined).join(' ');
}

const generalAdvice: Partial<Record<Reason, string>> = {
  no_secret: 'Is `secret` the value of an environment variable that is not set?',
  missing_field: 'Give it as `fields`.',
  duplicate_header:
    'A proxy, or code that copies headers, adds a second one; the request was signed with one only.',
  mismatch:
    'Compare the secret with the one that the sender shows, and see that nothing (a JSON parser, a proxy) rewrites the body.',
};

async function schemeAdvice(scheme: Scheme, input: VerifyInput, reason: Reason): Promise<string | null> {
  if (reason === 'bad_secret') return secretForms[scheme.keyEncoding];
  if (reason === 'missing_signature') return otherSignatures(input.headers);
  if (reason === 'too_old' || reason === 'too_new') return clockAdvice(scheme, input);
  if (reason === 'mismatch') return await mismatchAdvice(scheme, input);
  return null;
}

const secretForms: Record<KeyEncoding, string> = {
  base64:
    'It must be base64, with or without `whsec_` before it (or whpk_… for ed25519): look for a quotation mark, a space or a line break that was copied with it, or a part that was not.',
  hex: 'It must be hex, two digits for each byte: look for a space or a line break that was copied with it.',
  utf8: 'Look for an environment variable that is set to nothing.',
};

/** What a request has of signatures, when it has none where it should. */
function otherSignatures(headers: ReceivedHeaders): string {
  const names = Array.isArray(headers) ? headers.filter((_, place) => place % 2 === 0) : Object.keys(headers);
  const found = names.filter((name) => /signature|hmac|x-.*-token$/i.test(name)).slice(0, 5);
  return found.length === 0
    ? 'It has no header that looks like a signature: is it from that sender, and does a proxy drop headers?'
    : `It has ${found.map((name) => `\`${name.toLowerCase().slice(0, 60)}\``).join(', ')}: is \`scheme\` that of this sender?`;
}

function clockAdvice(scheme: Scheme, input: VerifyInput): string | null {
  const reading = readRequest(scheme, { ...input, toleranceS: Number.MAX_VALUE });
  if (!('checks' in reading) || reading.timestampS === null) return null;
  const seconds = Math.round(input.nowS - reading.timestampS);
  return seconds > 0
    ? `It was signed ${seconds} s before this machine's clock. If it was not sent again on purpose, set the clock by NTP.`
    : `It was signed ${-seconds} s after this machine's clock: set the clock by NTP.`;
}

/** Whether the secret fits when it is read in another way: the most common mistake after a parsed body. */
async function mismatchAdvice(scheme: Scheme, input: VerifyInput): Promise<string | null> {
  if (!scheme.algorithm.startsWith('hmac')) return null;
  const fits = async (more: Partial<Scheme>, secrets = input.secrets) => {
    const other = { ...scheme, ...more };
    return (await withWebCrypto((crypto) => verify(other, { ...input, secrets }, crypto))).valid;
  };
  for (const keyEncoding of ['utf8', 'base64', 'hex'] as const)
    if (keyEncoding !== scheme.keyEncoding && (await fits({ keyEncoding })))
      return `It fits when the secret is ${ways[keyEncoding]}, which this scheme does not do: \`scheme\` is another sender's, or the sender deviates; then give { ...scheme, keyEncoding: '${keyEncoding}' }.`;
  const trimmed = input.secrets.map((text) => text.trim());
  if (
    await fits(
      {},
      trimmed.map((text) => text.replace(/^whsec_/, '')),
    )
  )
    return 'It fits without white space around the secret, or without a `whsec_` that this scheme does not want.';
  return scheme.message.includes('{url}')
    ? 'This scheme signs the address: give `url` as it is registered with the sender, which is not what a server behind a proxy sees.'
    : null;
}

const ways: Record<KeyEncoding, string> = {
  utf8: 'taken as text, as it is written',
  base64: 'decoded from base64',
  hex: 'decoded from hex',
};
