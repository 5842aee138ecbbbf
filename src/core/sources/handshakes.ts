import { toHex } from '../../../sdk/encoding.ts';
import { atPointer, jsonOf, type ReceivedRequest, valuesAt } from '../../../sdk/place.ts';
import type { Crypto, Key, Mac } from '../../../sdk/scheme.ts';
import { isSnsUrl } from '../../../sdk/schemes/sns.ts';
import type { Answer, Handshake, Handshaker } from './preset.ts';

/** A challenge that is signed with the secret must never look like a body: whoever sends one gets its signature. */
const challenge = /^[A-Za-z0-9_-]{1,200}$/;
const empty: Answer = { status: 200, contentType: null, body: '' };

function refused(status: number): Handshake {
  return { isSigned: false, answer: { status, contentType: null, body: '' } };
}

function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

function text(body: string): Answer {
  return { status: 200, contentType: 'text/plain', body };
}

function queryOf(request: ReceivedRequest, name: string): string | null {
  if (request.method !== 'GET') return null;
  return valuesAt({ query: name }, request)[0] ?? null;
}

function mac(
  algorithm: Mac,
  secret: Uint8Array | string,
  message: string,
  crypto: Crypto,
  encoding: 'hex' | 'base64',
): string {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  const key: Key = { kind: 'hmac', id: `handshake:${toHex(bytes)}`, bytes };
  return crypto.hmac(algorithm, key, [message], encoding);
}

/** Slack's `url_verification`: its challenge comes back. */
export const slackHandshake: Handshaker = ({ body }) => {
  const value = jsonOf(body);
  const said = atPointer(value, '/challenge');
  if (atPointer(value, '/type') !== 'url_verification' || typeof said !== 'string') return null;
  return { isSigned: true, answer: challengeText(said) };
};

/** A challenge in full, as text that no browser takes for a page. */
function challengeText(said: string): Answer {
  return /^[\x21-\x7e]{1,1000}$/.test(said) ? text(said) : { status: 400, contentType: null, body: '' };
}

/** Meta's `hub.challenge`, which comes back to who knows the verify token. */
export const metaHandshake: Handshaker = (request, { fields }, crypto) => {
  const mode = queryOf(request, 'hub.mode');
  const said = queryOf(request, 'hub.challenge');
  const token = queryOf(request, 'hub.verify_token');
  if (mode === null && said === null && token === null) return null;
  const { verifyToken = '' } = fields;
  const isKnown = verifyToken !== '' && crypto.equal(verifyToken, token ?? '');
  if (mode !== 'subscribe' || !isKnown || said === null) return refused(403);
  return { isSigned: false, answer: challengeText(said) };
};

/** Zoom's `endpoint.url_validation`: a token comes back with its HMAC. */
export const zoomHandshake: Handshaker = ({ body }, { secrets }, crypto) => {
  const value = jsonOf(body);
  if (atPointer(value, '/event') !== 'endpoint.url_validation') return null;
  const plainToken = atPointer(value, '/payload/plainToken');
  if (typeof plainToken !== 'string' || !challenge.test(plainToken))
    return { ...refused(400), isSigned: true };
  const encryptedToken = mac('hmac-sha256', secrets[0] ?? '', plainToken, crypto, 'hex');
  return { isSigned: true, answer: json(200, { plainToken, encryptedToken }) };
};

/** Discord's pings: of interactions (1) and of webhook events (0). */
export const discordHandshake: Handshaker = ({ body }) => {
  const value = jsonOf(body);
  const type = atPointer(value, '/type');
  if (atPointer(value, '/event') !== undefined) return null;
  if (type === 1) return { isSigned: true, answer: json(200, { type: 1 }) };
  return type === 0 ? { isSigned: true, answer: { status: 204, contentType: null, body: '' } } : null;
};

/** Braintree's `bt_challenge`, signed with the hashed private key. */
export const braintreeHandshake: Handshaker = (request, { secrets, fields }, crypto) => {
  const said = queryOf(request, 'bt_challenge');
  if (said === null) return null;
  if (!/^[a-f0-9]{20,32}$/.test(said) || secrets[0] === undefined) return refused(400);
  const signature = mac('hmac-sha1', crypto.sha1([secrets[0]]), said, crypto, 'hex');
  return { isSigned: false, answer: text(`${fields.publicKey ?? ''}|${signature}`) };
};

/** eBay's `challenge_code`, hashed with the verification token and the address as it was registered. */
export const ebayHandshake: Handshaker = (request, { fields }, crypto) => {
  const said = queryOf(request, 'challenge_code');
  if (said === null) return null;
  const { verifyToken, notificationUrl = request.url?.split('?', 1)[0] } = fields;
  if (!challenge.test(said) || verifyToken === undefined || notificationUrl === undefined)
    return refused(400);
  const challengeResponse = toHex(crypto.sha256([said, verifyToken, notificationUrl]));
  return { isSigned: false, answer: json(200, { challengeResponse }) };
};

/** Twitter's `crc_token`. */
export const twitterHandshake: Handshaker = (request, { secrets }, crypto) => {
  const said = queryOf(request, 'crc_token');
  if (said === null) return null;
  if (!challenge.test(said) || secrets[0] === undefined) return refused(400);
  const response = mac('hmac-sha256', secrets[0], said, crypto, 'base64');
  return { isSigned: false, answer: json(200, { response_token: `sha256=${response}` }) };
};

/** WooCommerce's ping when a webhook is switched on: a form without signature, which must be answered with exactly 200. */
export const woocommerceHandshake: Handshaker = (request) => {
  if (request.method === 'GET' || valuesAt({ header: 'x-wc-webhook-signature' }, request).length > 0)
    return null;
  return /^webhook_id=\d{1,20}$/.test(startOf(request.body)) ? { isSigned: false, answer: empty } : null;
};

function startOf(body: Uint8Array): string {
  return body.length > 100 ? '' : new TextDecoder().decode(body);
}

/** GitHub's ping when a webhook is made. */
export const githubHandshake: Handshaker = (request) =>
  valuesAt({ header: 'x-github-event' }, request)[0] === 'ping'
    ? { isSigned: true, answer: json(200, { received: true }) }
    : null;

/** Xero's intent to receive: no events, rightly and wrongly signed in turn. */
export const xeroHandshake: Handshaker = ({ body }) => {
  const events = atPointer(jsonOf(body), '/events');
  return Array.isArray(events) && events.length === 0 ? { isSigned: true, answer: empty } : null;
};

/** The subscription that SNS wants confirmed by asking for an address of its own. */
export const snsHandshake: Handshaker = (request) => {
  const value = jsonOf(request.body);
  const type = atPointer(value, '/Type');
  if (type !== 'SubscriptionConfirmation' && type !== 'UnsubscribeConfirmation') return null;
  if (type === 'UnsubscribeConfirmation') return { isSigned: true, answer: empty };
  const confirmUrl = atPointer(value, '/SubscribeURL');
  if (typeof confirmUrl !== 'string' || !isSnsUrl(confirmUrl)) return { ...refused(400), isSigned: true };
  return { isSigned: true, answer: empty, confirmUrl };
};
