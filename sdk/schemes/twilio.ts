import { toHex } from '../encoding.ts';
import { keyOf } from '../key.ts';
import { formOf, type ReceivedRequest, valuesAt } from '../place.ts';
import { isWellFormed, keysOf, only } from '../read.ts';
import type { Proof, Reading, VerifyInput } from '../reading.ts';
import type { SpecialScheme } from '../scheme.ts';

const grammar = { algorithm: 'hmac-sha1', keyEncoding: 'utf8', encoding: 'base64' } as const;
const place = { header: 'x-twilio-signature' };

/**
 * Twilio: HMAC-SHA1 over the address and, of a form, each field's name and values in the order of their names. Other bodies are
 * covered by their hash in the address (`bodySHA256`). The address counts with or without its port, which Twilio is not sure of.
 */
export const twilio: SpecialScheme = {
  keyForm: grammar,

  read(input) {
    const keys = keysOf(grammar, input.secrets);
    if ('reason' in keys) return keys;
    const found = only(place, input, 'missing_signature');
    if ('reason' in found) return found;
    if (!isWellFormed(found.value, grammar)) return { reason: 'malformed_signature' };
    const address = addressOf(input);
    const rest = bodyPart(address, input);
    if ('reason' in rest) return rest;
    const proofs = keys.flatMap((key, secret) =>
      withAndWithoutPort(address).map((url): Proof => {
        const parts = [url + rest.text];
        return { ...grammar, secret, kind: 'mac', key, parts, signatures: [found.value] };
      }),
    );
    const checks = rest.hash === null ? [proofs] : [proofs, [hashProof(rest.hash, input.body)]];
    return { checks, timestampS: null };
  },

  sign({ secret, url, headers, body }, crypto) {
    const isForm = isFormRequest({ headers, body });
    const hash = isForm || body.length === 0 ? null : toHex(crypto.sha256([body]));
    // The hash is a part of the address that the request goes to; who signs a JSON body has to send it there.
    if (hash !== null && !url.includes(`bodySHA256=${hash}`))
      throw new Error(`Twilio signs the address: send to one with bodySHA256=${hash} in its query.`);
    const parts = [url + (isForm ? sortedFields(formOf(body)) : '')];
    return { [place.header]: crypto.hmac('hmac-sha1', keyOf(grammar, secret)!, parts, 'base64') };
  },
};

function hashProof(hash: string, body: Uint8Array): Proof {
  return { secret: 0, kind: 'digest', parts: [body], encoding: 'hex', signatures: [hash.toLowerCase()] };
}

/** As it is registered, with the query that the request came with. */
function addressOf({ url = '', fields = {} }: VerifyInput): string {
  const { notificationUrl } = fields;
  if (notificationUrl === undefined) return url;
  const query = url.indexOf('?');
  return query < 0 ? notificationUrl : notificationUrl.split('?', 1)[0]! + url.slice(query);
}

/** What of the body is signed after the address, or the hash that the address says it has. */
function bodyPart(
  address: string,
  request: ReceivedRequest,
): { text: string; hash: string | null } | Extract<Reading, { reason: unknown }> {
  const hashes = valuesAt({ query: 'bodySHA256' }, { ...request, url: address });
  if (hashes.length > 1) return { reason: 'duplicate_header' };
  if (hashes.length === 1) return { text: '', hash: hashes[0]! };
  if (request.body.length === 0) return { text: '', hash: null };
  // A body that neither the address nor the fields cover could be anything.
  if (!isFormRequest(request)) return { reason: 'missing_part' };
  const form = formOf(request.body);
  return form === null ? { reason: 'malformed_body' } : { text: sortedFields(form), hash: null };
}

function isFormRequest(request: ReceivedRequest): boolean {
  const [type = ''] = valuesAt({ header: 'content-type' }, request);
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type);
}

function sortedFields(form: URLSearchParams | null): string {
  const names = [...new Set(form?.keys() ?? [])].sort();
  return names
    .flatMap((name) => [...new Set(form!.getAll(name))].sort().map((value) => name + value))
    .join('');
}

function withAndWithoutPort(address: string): string[] {
  const [, scheme, host, port, rest] =
    /^(https?):\/\/([^/?#:]+|\[[^\]]*\])(:\d{1,5})?(.*)$/s.exec(address) ?? [];
  if (scheme === undefined) return [address];
  const usual = scheme === 'https' ? ':443' : ':80';
  return [...new Set([address, `${scheme}://${host}${rest}`, `${scheme}://${host}${port ?? usual}${rest}`])];
}
