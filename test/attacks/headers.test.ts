import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Json, startTarget, type Target, writeRaw } from '../support/attack.ts';
import { adminKey } from '../support/process.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

const profiles = ['standard', 'foxreload', 'digital-goods', 'petstore', 'ecomm', 'cloudevents', 'slack'];

describe('names, values and ids that mean harm', () => {
  let receiver: Receiver;
  let target: Target;
  let kept: Json;

  before(async () => {
    target = await startTarget({ SUREHOOK_DEV: '1' });
    receiver = await startReceiver();
    kept = await target.endpoint({
      url: `${receiver.origin}/kept`,
      events: ['kept'],
      headers: { 'x-own': 'own' },
    });
  });
  after(async () => {
    await target.stop();
    await receiver.close();
  });

  /** Refused with 422 and a pointer to this place when an endpoint is made and when it is changed. */
  async function refused(settings: Record<string, unknown>, pointer: string): Promise<void> {
    const made = { url: `${receiver.origin}/`, events: ['*'], ...settings };
    for (const answer of [
      await target.ask('POST', '/v1/endpoints', made),
      await target.ask('PATCH', `/v1/endpoints/${kept.id}`, settings),
    ]) {
      assert.equal(answer.status, 422, `${JSON.stringify(settings)}: ${answer.text}`);
      assert.ok(
        answer.body.errors.some((one: Json) => one.pointer.startsWith(pointer)),
        answer.text,
      );
    }
  }

  test('A21 the Host header is the target’s own and cannot be set', async () => {
    for (const name of ['host', 'Host', 'HOST']) {
      await refused({ headers: { [name]: 'internal.example' } }, '/headers');
      await refused({ wire: { headers: { [name]: 'internal.example' } } }, '/wire/headers');
    }
    const place = { header: 'Host' };
    await refused({ wire: { signature: { place, message: ['{body}'] } } }, '/wire/signature');
    await target.deliver('kept');
    const request = receiver.requests.at(-1)!;
    const hosts = request.lines.filter((line) => /^host:/i.test(line));
    assert.deepEqual(
      hosts.map((line) => line.toLowerCase()),
      [`host: 127.0.0.1:${receiver.port}`],
    );
    assert.equal(request.headers['x-own'], 'own');
  });

  const breaks = [
    '\r',
    '\n',
    '\r\nx-evil: 1',
    '\0',
    '\u0001',
    '\u007f',
    '\u0085',
    '\u2028',
    'é',
    '日',
    '\ud800',
  ];

  test('A26 line breaks, control characters and what is not ASCII are refused in headers, types and ids', async () => {
    for (const evil of breaks) {
      const text = `a${evil}b`;
      await refused({ headers: { [text]: 'v' } }, '/headers');
      await refused({ headers: { 'x-a': text } }, '/headers/x-a');
      await refused({ wire: { headers: { 'x-a': text } } }, '/wire/headers');
      await refused({ events: [text] }, '/events/0');
      for (const event of [
        { type: text, data: 1 },
        { type: 'a', id: text, data: 1 },
        { type: 'a', timestamp: `2026-01-01T00:00:00Z${evil}`, data: 1 },
      ]) {
        assert.equal((await target.ask('POST', '/v1/events', event)).status, 422, JSON.stringify(event));
      }
      const tried = { eventType: text, data: 1 };
      assert.equal((await target.ask('POST', `/v1/endpoints/${kept.id}/test`, tried)).status, 422);
    }
    for (const name of ['', ' ', 'a b', 'a:b', 'a(b)', '"a"', 'a,b', ' a', 'a ']) {
      await refused({ headers: { [name]: 'v' } }, '/headers');
    }
    for (const value of ['', ' a', 'a ', '\ta', 5, null, ['a']]) {
      await refused({ headers: { 'x-a': value } }, '/headers/x-a');
    }
  });

  test('A26 names for people hold no line breaks and no control characters', async () => {
    for (const evil of ['\r', '\n', '\r\nx-evil: 1', '\0', '\u001b[2J', '\u007f', '\ud800']) {
      const name = `a${evil}b`;
      for (const path of ['/v1/accounts', '/v1/keys']) {
        assert.equal(
          (await target.ask('POST', path, { name })).status,
          422,
          `${path} ${JSON.stringify(name)}`,
        );
      }
      assert.equal((await target.ask('POST', '/v1/accounts', { id: name, name: 'a' })).status, 422);
      await refused({ notify: `ops${evil}@shop.example` }, '/notify');
    }
  });

  test('A26 a reference or id of any form ends no header of any profile', async () => {
    const ids: string[] = [];
    for (const profile of profiles) {
      const { id } = await target.endpoint({
        url: `${receiver.origin}/${profile}`,
        events: ['attack.A26'],
        profile,
      });
      ids.push(id);
    }
    const before = receiver.requests.length;
    const event = {
      type: 'attack.A26',
      id: `x-evil:1;"%0d%0a\\r\\n`,
      reference: 'ORD-é日"%0d%0ax-evil: 1😀',
      data: { reference: 'a\r\nx-evil: 1' },
    };
    const answer = await target.ask('POST', '/v1/events', event);
    assert.deepEqual([answer.status, answer.body.deliveries], [202, profiles.length]);
    await receiver.received(before + profiles.length);
    for (const { lines, headers } of receiver.requests.slice(before)) {
      assert.equal(headers['x-evil'], undefined);
      for (const line of lines) assert.match(line, /^[\x20-\x7e]+$/);
    }
    const inData = await target.ask('POST', '/v1/events', {
      type: 'a',
      data: { reference: 'a\r\nx-evil: 1' },
    });
    assert.equal(inData.status, 422);
    for (const id of ids) await target.ask('DELETE', `/v1/endpoints/${id}`);
  });

  test('A27 headers of the connection, the server and the signature are reserved, in any case', async () => {
    for (const name of [
      'Content-Length',
      'Content-Type',
      'Content-Encoding',
      'content-digest',
      'Transfer-Encoding',
      'Connection',
      'Keep-Alive',
      'Proxy-Authorization',
      'Proxy-Connection',
      'TE',
      'Trailer',
      'Expect',
      'Upgrade',
      'Cookie',
      'webhook-id',
      'Webhook-Signature',
      'WEBHOOK-TIMESTAMP',
      'webhook-anything',
      'Surehook-Attempt',
      'surehook-origin',
    ]) {
      await refused({ headers: { [name]: '1' } }, `/headers/${name}`);
      // An endpoint's own wire format says itself how its signature is written.
      if (!/^webhook-/i.test(name)) await refused({ wire: { headers: { [name]: '1' } } }, '/wire/headers');
    }
    await refused({ headers: { 'X-Twice': '1', 'x-twice': '2' } }, '/headers');
  });

  test('A27 a header in which a profile signs or names the event cannot be replaced by the endpoint’s', async () => {
    for (const [profile, header] of [
      ['foxreload', 'X-FoxReload-Signature'],
      ['foxreload', 'x-foxreload-event-id'],
      ['ecomm', 'X-Ecomm-Signature'],
      ['petstore', 'X-Petstore-Signature'],
      ['digital-goods', 'X-Webhook-ID'],
      ['cloudevents', 'CE-Source'],
    ])
      await refused({ profile, headers: { [header!]: 'forged' } }, `/headers/${header}`);
  });

  // Types follow the contract's pattern, which is wider than the catalogue's: A-Z a-z 0-9 _ . : / -
  test('A28 a type outside its pattern is refused, wherever one is taken', async () => {
    for (const type of [
      "a'b",
      'a"b',
      'a b',
      'a;b',
      'a%b',
      'a\\b',
      'a*',
      '<a>',
      '=a',
      '@a',
      'a'.repeat(129),
      '',
    ]) {
      await refused({ events: [type] }, '/events/0');
      assert.equal((await target.ask('POST', '/v1/events', { type, data: 1 })).status, 422, type);
      const tried = { eventType: type, data: 1 };
      assert.equal((await target.ask('POST', `/v1/endpoints/${kept.id}/test`, tried)).status, 422, type);
      const put = await target.ask('PUT', `/v1/event-types/${encodeURIComponent(type)}`, {});
      assert.ok(put.status === 422 || put.status === 404, `${type}: ${put.text}`);
    }
  });

  test('A28 a type that looks like a path or an option is a text like any other', async () => {
    for (const type of [
      '../../etc/passwd',
      '/',
      '..',
      '--help',
      '-',
      'a/../b',
      '__proto__',
      'constructor',
      ':x',
    ]) {
      const path = `/v1/event-types/${encodeURIComponent(type)}`;
      // A dot segment never reaches the route: the client takes it for a step in the path.
      if (type !== '..') {
        assert.equal((await target.ask('PUT', path, { description: 'd' })).status, 200, type);
        assert.equal((await target.ask('GET', path)).body.name, type);
      }
      const published = await target.ask('POST', '/v1/events', { type, data: 1 });
      assert.deepEqual([published.status, published.body.type], [202, type]);
      const found = await target.ask('GET', `/v1/events?type=${encodeURIComponent(type)}`);
      assert.deepEqual(
        found.body.data.map((one: Json) => one.id),
        [published.body.id],
      );
    }
  });

  test('A28 ids and searches are texts, never a part of a query', async () => {
    const id = `x'--";%_)(\\/*`;
    await target.ask('POST', '/v1/events', {
      type: 'attack.A28',
      id,
      reference: `%_'"\\`,
      data: { a: 'plain' },
    });
    await target.ask('POST', '/v1/events', { type: 'attack.A28', data: { a: 'other' } });
    const shown = await target.ask('GET', `/v1/events/${encodeURIComponent(id)}`);
    assert.deepEqual([shown.status, shown.body.id], [200, id]);
    const count = async (query: string): Promise<number> => {
      const { status, body, text } = await target.ask('GET', `/v1/events?type=attack.A28&${query}`);
      assert.equal(status, 200, text);
      return body.data.length;
    };
    const evil = ["' OR '1'='1", '%', '_', '";--', '\\', '*', '" OR *', 'NEAR(', 'a'.repeat(200)];
    // No text of ours holds it, and not every database can look for it.
    for (const name of ['reference', 'q'])
      assert.equal((await target.ask('GET', `/v1/events?${name}=%00`)).status, 422, name);
    for (const text of evil) {
      const encoded = encodeURIComponent(text);
      assert.equal(await count(`reference=${encoded}`), 0, text);
      assert.ok((await count(`q=${encoded}`)) <= 1, text);
      for (const path of [
        `/v1/events/${encoded}`,
        `/v1/endpoints/${encoded}`,
        `/v1/deliveries/${encoded}`,
        `/v1/replays/${encoded}`,
        `/v1/accounts/${encoded}`,
        `/v1/profiles/${encoded}`,
      ]) {
        assert.equal((await target.ask('GET', path)).status, 404, path);
      }
      for (const query of [`cursor=${encoded}`, `since=${encoded}`, `limit=${encoded}`]) {
        assert.equal((await target.ask('GET', `/v1/events?${query}`)).status, 422, query);
      }
    }
    assert.equal(await count(`reference=${encodeURIComponent(`%_'"\\`)}`), 1);
  });

  test('A28 ids of ours hold nothing that needs quoting', async () => {
    const published = await target.ask('POST', '/v1/events', { type: 'kept', data: 1 });
    const { deliveries } = (await target.ask('GET', `/v1/events/${published.body.id}`)).body;
    const key = await target.ask('POST', '/v1/keys', { name: 'k' });
    for (const id of [published.body.id, kept.id, deliveries[0].id, key.body.id]) {
      assert.match(id, /^[a-z]+_[0-9A-Za-z]+$/);
    }
  });

  test('A26 a request header that is no text of ours changes no answer', async () => {
    const body = '{"type":"a","data":1}';
    const head = ['POST /v1/events HTTP/1.1', 'Host: a', `Authorization: Bearer ${adminKey}`];
    for (const header of [
      'Idempotency-Key: \x01',
      'Idempotency-Key: \xe9',
      'Surehook-Account: \xff',
      'traceparent: \xff',
    ]) {
      const request = Buffer.from(
        [...head, header, `Content-Length: ${body.length}`, '', body].join('\r\n'),
        'latin1',
      );
      const { statuses, text } = await writeRaw(target.port, [request]);
      assert.ok([202, 400, 404, 422].includes(statuses[0]!), `${header}: ${text}`);
      assert.doesNotMatch(text.slice(0, text.indexOf('\r\n\r\n')), /[^\x20-\x7e\r\n]/);
    }
  });

  // Verifying comes with receiving (sdk/verify.test.ts); what can be configured is refused here already.
  test('A32 an endpoint has no empty secret, and none that is only a prefix', async () => {
    for (const profile of profiles.filter((one) => one !== 'slack')) {
      for (const secret of ['', 7, {}, '\r\n']) await refused({ profile, secret }, '/secret');
    }
    for (const secret of ['whsec_', 'whsec_AAAA', 'whsk_', 'whsk_AAAA', ' '])
      await refused({ secret }, '/secret');
    const path = `/v1/endpoints/${kept.id}/rotate-secret`;
    assert.equal((await target.ask('POST', path, { secret: '' })).status, 422);
  });

  test('A31 a public key is no secret to sign with', async () => {
    await refused({ secret: `whpk_${Buffer.alloc(32, 1).toString('base64')}` }, '/secret');
  });
});
