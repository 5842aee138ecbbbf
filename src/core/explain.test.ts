import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../adapters/system/crypto.ts';
import { explain } from './explain.ts';
import { signAs } from './signing.ts';
import { presetNamed } from './sources/presets.ts';

const crypto = nodeCrypto();
const nowS = 1_790_000_000;
const standardSecret = `whsec_${Buffer.from('a key of thirty-two bytes, or so').toString('base64')}`;
const encoder = new TextEncoder();

interface Case {
  scheme: string;
  secret: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
  now?: number;
}

function explained({ scheme, secret, headers, body, now = nowS }: Case) {
  const bytes = typeof body === 'string' ? encoder.encode(body) : body;
  const request = {
    method: 'POST',
    url: 'https://bins.example/b/1',
    headers: Object.entries(headers).flat(),
    body: bytes,
  };
  return explain(presetNamed(scheme)!, request, { secrets: [secret], fields: {}, nowS: now }, crypto);
}

const causes = (given: Case): string[] => {
  const { valid, likely } = explained(given);
  assert.equal(valid, false);
  return likely.filter(({ isProven }) => isProven).map(({ cause }) => cause);
};

const hmac = (
  key: string | Buffer,
  text: string | Uint8Array,
  encoding: 'hex' | 'base64' = 'hex',
  algorithm = 'sha256',
) => createHmac(algorithm, key).update(text).digest(encoding);

function standard(
  body: string | Uint8Array,
  more: { key?: Buffer | string; encoding?: 'hex' | 'base64'; signed?: string } = {},
) {
  const key = more.key ?? Buffer.from(standardSecret.slice(6), 'base64');
  const signed = Buffer.concat([Buffer.from(`msg_1.${nowS}.`), Buffer.from(more.signed ?? body)]);
  return {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(nowS),
    'webhook-signature': `v1,${hmac(key, signed, more.encoding ?? 'base64')}`,
  };
}

const body = '{"type":"order.created","data":{"total":12.50,"note":"café"}}';
const github = (headers: Record<string, string>, sent: string | Uint8Array = body): Case => ({
  scheme: 'github',
  secret: 'topsecret',
  headers,
  body: sent,
});
const asStandard = (headers: Record<string, string>, sent: string | Uint8Array = body): Case => ({
  scheme: 'standard',
  secret: standardSecret,
  headers,
  body: sent,
});

describe('a verification is explained step by step', () => {
  test('of a signature that holds: key, place, time, bytes, and that they are the same', () => {
    const { valid, steps, signed, expected, received, likely } = explained(asStandard(standard(body)));
    assert.equal(valid, true);
    assert.deepEqual(
      steps.map(({ step }) => step),
      ['key', 'signature', 'timestamp', 'bytes', 'comparison'],
    );
    assert.ok(steps.every(({ ok }) => ok !== false));
    assert.equal(signed?.text, `msg_1.${nowS}.${body}`);
    assert.deepEqual(expected, received);
    assert.deepEqual(likely, []);
  });

  test('of one that does not: what was expected and what came, and no secret', () => {
    const found = explained(github({ 'x-hub-signature-256': `sha256=${hmac('other', body)}` }));
    assert.deepEqual(found.expected, [`sha256=${hmac('topsecret', body)}`]);
    assert.deepEqual(found.received, [`sha256=${hmac('other', body)}`]);
    assert.equal(found.steps.at(-1)!.ok, false);
    assert.ok(!JSON.stringify(found).includes('topsecret'));
  });

  test('a token is the secret itself and is not shown', () => {
    const found = explained({
      scheme: 'gitlab-token',
      secret: 'shared-token-value',
      headers: { 'x-gitlab-token': 'wrong-token-value' },
      body,
    });
    assert.equal(found.valid, false);
    assert.ok(!JSON.stringify(found).includes('token-value'));
  });
});

describe('what went wrong is named', () => {
  test('body re-serialised', () => {
    const anew = JSON.stringify(JSON.parse(body));
    assert.deepEqual(causes(asStandard(standard(body, { signed: anew }))), ['body_reserialised']);
    assert.deepEqual(
      causes(
        github(
          { 'x-hub-signature-256': `sha256=${hmac('topsecret', '{"a": 1, "b": "caf\\u00e9"}')}` },
          '{"a":1,"b":"café"}',
        ),
      ),
      ['body_reserialised'],
    );
  });

  test('body re-serialised after it was signed, which nothing can prove', () => {
    const { likely } = explained(asStandard(standard(body), JSON.stringify(JSON.parse(body))));
    assert.deepEqual(
      likely.map(({ cause, isProven }) => [cause, isProven]),
      [
        ['wrong_secret', false],
        ['body_reserialised', false],
      ],
    );
  });

  test('wrong secret', () => {
    const { likely } = explained(asStandard(standard(body, { key: 'another key' })));
    assert.deepEqual(
      likely.map(({ cause }) => cause),
      ['wrong_secret'],
    );
  });

  test('secret with a line break at its end', () => {
    assert.deepEqual(causes(github({ 'x-hub-signature-256': `sha256=${hmac('topsecret\n', body)}` })), [
      'wrong_secret',
    ]);
  });

  test('secret not base64-decoded, with its prefix and without', () => {
    assert.deepEqual(causes(asStandard(standard(body, { key: standardSecret }))), ['secret_not_decoded']);
    assert.deepEqual(causes(asStandard(standard(body, { key: standardSecret.slice(6) }))), [
      'secret_not_decoded',
    ]);
  });

  test('secret base64-decoded where its characters count', () => {
    const secret = Buffer.from('some key').toString('base64');
    const headers = { 'x-hub-signature-256': `sha256=${hmac(Buffer.from('some key'), body)}` };
    assert.deepEqual(causes({ scheme: 'github', secret, headers, body }), ['secret_decoded']);
  });

  test('prefix of the secret left on and dropped', () => {
    assert.deepEqual(causes(asStandard(standard(body, { key: Buffer.from(standardSecret, 'base64') }))), [
      'prefix_left_on',
    ]);
    const headers = { 'x-hub-signature-256': `sha256=${hmac(standardSecret.slice(6), body)}` };
    assert.deepEqual(causes({ scheme: 'github', secret: standardSecret, headers, body }), ['prefix_dropped']);
  });

  test('prefix of the signature left on and dropped', () => {
    assert.deepEqual(causes(github({ 'x-hub-signature-256': hmac('topsecret', body) })), ['prefix_dropped']);
    const headers = { 'x-shopify-hmac-sha256': `sha256=${hmac('topsecret', body, 'base64')}` };
    assert.deepEqual(causes({ scheme: 'shopify', secret: 'topsecret', headers, body }), ['prefix_left_on']);
  });

  test('hex for base64, and the other way round', () => {
    assert.deepEqual(causes(asStandard(standard(body, { encoding: 'hex' }))), ['hex_for_base64']);
    assert.deepEqual(
      causes(github({ 'x-hub-signature-256': `sha256=${hmac('topsecret', body, 'base64')}` })),
      ['base64_for_hex'],
    );
  });

  test('wrong header', () => {
    assert.ok(
      causes(github({ 'x-signature': `sha256=${hmac('topsecret', body)}` })).includes('wrong_header'),
    );
    assert.ok(causes(github({ 'x-signature-256': hmac('topsecret', body) })).includes('wrong_header'));
  });

  test('stale, and a clock that is off', () => {
    assert.deepEqual(causes({ ...asStandard(standard(body)), now: nowS + 3600 }), ['stale']);
    assert.deepEqual(causes({ ...asStandard(standard(body)), now: nowS - 3600 }), ['clock_off']);
  });

  test('body cut', () => {
    const { likely } = explained(asStandard(standard(body), body.slice(0, 20)));
    assert.deepEqual(
      likely.map(({ cause }) => cause),
      ['body_cut', 'wrong_secret'],
    );
    assert.deepEqual(causes(asStandard(standard(body, { signed: '' }))), ['body_cut']);
  });

  test('body re-encoded', () => {
    assert.deepEqual(causes(asStandard(standard(body, { signed: `${body}\n` }))), ['body_reencoded']);
    const latin1 = Buffer.from(body, 'latin1');
    const headers = { 'x-hub-signature-256': `sha256=${hmac('topsecret', latin1)}` };
    assert.deepEqual(causes(github(headers)), ['body_reencoded']);
  });

  test('other scheme', () => {
    const headers = signAs('stripe', { secrets: ['topsecret'], timestampS: nowS, body }, crypto);
    assert.deepEqual(causes(github(headers)), ['other_scheme']);
    assert.deepEqual(
      causes(github({ 'x-hub-signature-256': `sha256=${hmac('topsecret', body, 'hex', 'sha1')}` })),
      ['other_scheme'],
    );
  });

  test('a body past the bound is explained without guesses', () => {
    const large = `${' '.repeat(300 * 1024)}{}`;
    const { likely } = explained(asStandard(standard(large, { key: standardSecret }), large));
    assert.ok(likely.every(({ isProven }) => !isProven));
  });

  test('anything a stranger can send is explained without a throw', () => {
    for (const sent of ['', '['.repeat(100_000), '\u0000', new Uint8Array([0xff, 0xfe])])
      for (const scheme of ['standard', 'stripe', 'paypal', 'twilio', 'gumroad', 'discord'])
        assert.ok(
          'valid' in explained({ scheme, secret: 'x', headers: { 'webhook-signature': 'v1,' }, body: sent }),
        );
  });
});
