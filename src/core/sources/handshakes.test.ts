import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../../adapters/system/crypto.ts';
import type { Handshake } from './preset.ts';
import { presetNamed, presets } from './presets.ts';
import { answerHandshake } from './receive.ts';

const crypto = nodeCrypto();

function asked(
  name: string,
  request: { method?: string; url?: string; body?: unknown; headers?: string[] },
  fields: Record<string, string> = {},
): Handshake | null {
  const { method = 'POST', url = 'https://in.example/in/t', body = '', headers = [] } = request;
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return answerHandshake(
    presetNamed(name)!,
    { method, url, headers, body: bytes },
    { secrets: ['k'], fields },
    crypto,
  );
}

function get(query: string): { method: string; url: string } {
  return { method: 'GET', url: `https://in.example/in/t?${query}` };
}

describe('handshakes', () => {
  test('what is an event is none, and a GET without a challenge is none', () => {
    assert.equal(asked('slack', { body: { type: 'event_callback', challenge: 'x' } }), null);
    assert.equal(asked('zoom', { body: { event: 'meeting.started' } }), null);
    assert.equal(asked('discord', { body: { type: 1, event: { type: 'ENTITLEMENT_CREATE' } } }), null);
    assert.equal(asked('xero', { body: { events: [{}] } }), null);
    assert.equal(asked('github', { body: {}, headers: ['x-github-event', 'push'] }), null);
    assert.equal(asked('aws-sns', { body: { Type: 'Notification' } }), null);
    for (const { name } of presets) assert.equal(asked(name, get('a=1')), null, name);
  });

  test('a form that is signed, or is more than a webhook id, is no ping of WooCommerce', () => {
    assert.equal(asked('woocommerce', { body: 'webhook_id=5' })?.answer.status, 200);
    for (const body of ['webhook_id=5&a=1', 'webhook_id=', 'a=1', '{"webhook_id":5}'])
      assert.equal(asked('woocommerce', { body }), null);
    assert.equal(
      asked('woocommerce', { body: 'webhook_id=5', headers: ['X-WC-Webhook-Signature', 'x'] }),
      null,
    );
  });

  test('a challenge that could be a body gets no signature', () => {
    for (const token of ['{"a":1}', '', 'a b', 'x'.repeat(201), '<script>']) {
      assert.equal(
        asked('twitter', get(`crc_token=${encodeURIComponent(token)}`))?.answer.status,
        400,
        token,
      );
      const zoom = asked('zoom', {
        body: { event: 'endpoint.url_validation', payload: { plainToken: token } },
      });
      assert.deepEqual([zoom?.isSigned, zoom?.answer.status], [true, 400]);
    }
  });

  test('a challenge comes back as plain text and only when it is one line of visible characters', () => {
    const meta = (said: string) =>
      asked('meta', get(`hub.mode=subscribe&hub.verify_token=t&hub.challenge=${encodeURIComponent(said)}`), {
        verifyToken: 't',
      });
    assert.deepEqual(meta('<b>1</b>')?.answer, { status: 200, contentType: 'text/plain', body: '<b>1</b>' });
    assert.equal(meta('a\r\nb')?.answer.status, 400);
  });

  test('without a verify token, nobody has the right one', () => {
    const query = 'hub.mode=subscribe&hub.verify_token=&hub.challenge=1';
    assert.equal(asked('meta', get(query))?.answer.status, 403);
    assert.equal(asked('meta', get(query), { verifyToken: '' })?.answer.status, 403);
  });

  test('SNS is asked to confirm at an address of its own only, whatever the message says', () => {
    const confirm = (SubscribeURL: unknown) =>
      asked('aws-sns', { body: { Type: 'SubscriptionConfirmation', SubscribeURL } });
    const own = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x';
    assert.equal(confirm(own)?.confirmUrl, own);
    assert.equal(confirm(own.replace('.com', '.com.cn'))?.confirmUrl, own.replace('.com', '.com.cn'));
    for (const url of [
      'http://sns.eu-west-1.amazonaws.com/',
      'https://sns.eu-west-1.amazonaws.com.evil.example/',
      'https://evil.example/?sns.eu-west-1.amazonaws.com',
      'https://sns.eu-west-1.amazonaws.com:8443/',
      'https://user@sns.eu-west-1.amazonaws.com/',
      'https://s3.amazonaws.com/',
      'https://169.254.169.254/',
      5,
      undefined,
    ]) {
      const answer = confirm(url);
      assert.deepEqual(
        [answer?.isSigned, answer?.answer.status, answer?.confirmUrl],
        [true, 400, undefined],
        String(url),
      );
    }
  });

  test("eBay's answer holds the address as it is registered, or as the request knows it", () => {
    const url = 'https://in.example/in/t';
    const fields = { verifyToken: 'token' };
    const said = asked('ebay', get('challenge_code=abc'), fields)?.answer.body;
    const registered = asked('ebay', get('challenge_code=abc'), { ...fields, notificationUrl: url })?.answer
      .body;
    assert.equal(said, registered);
    assert.equal(asked('ebay', get('challenge_code=abc'))?.answer.status, 400);
  });
});
