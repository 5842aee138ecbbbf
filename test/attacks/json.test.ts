import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Json, startTarget, type Target, writeRaw } from '../support/attack.ts';
import { adminKey, eventually } from '../support/process.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

describe('JSON that means harm', () => {
  let receiver: Receiver;
  let target: Target;
  let kept: Json;

  before(async () => {
    target = await startTarget({ SUREHOOK_DEV: '1' });
    receiver = await startReceiver();
    kept = await target.endpoint({ url: `${receiver.origin}/kept`, events: ['kept'] });
  });
  after(async () => {
    await target.stop();
    await receiver.close();
  });

  /** Every way for a body to come in, with this text as a value in the middle of it. */
  function bodiesWith(value: string): [method: string, path: string, body: string][] {
    return [
      ['POST', '/v1/events', `{"type":"a","data":${value}}`],
      ['POST', '/v1/events', `{"type":"a","data":1,"other":${value}}`],
      ['POST', '/v1/events/batch', `{"events":[{"type":"a","data":${value}}]}`],
      ['POST', '/v1/endpoints', `{"url":"https://a.example/","events":["*"],"metadata":{"a":${value}}}`],
      ['POST', '/v1/webhooks', `{"url":"https://a.example/","events":["*"],"filter":${value}}`],
      ['PATCH', `/v1/endpoints/${kept.id}`, `{"metadata":{"a":${value}}}`],
      ['PATCH', `/v1/endpoints/${kept.id}`, `{"wire":${value}}`],
      ['POST', `/v1/endpoints/${kept.id}/test`, `{"eventType":"a","data":${value}}`],
      ['POST', `/v1/endpoints/${kept.id}/rotate-secret`, `{"secret":${value}}`],
      ['PUT', '/v1/event-types/a.b', `{"schema":{"not":${value}}}`],
      ['PUT', '/v1/event-types/a.b', `{"examples":[${value}]}`],
      ['POST', '/v1/accounts', `{"name":${value}}`],
      ['POST', '/v1/keys', `{"name":"k","scopes":${value}}`],
      ['POST', '/v1/replays', `{"eventTypes":${value}}`],
    ];
  }

  /** Publishes this text and answers the bytes that arrive. */
  async function delivered(data: string): Promise<string> {
    const before = receiver.requests.length;
    const answer = await target.ask('POST', '/v1/events', `{"type":"kept","data":${data}}`);
    assert.equal(answer.status, 202, answer.text);
    await receiver.received(before + 1);
    return receiver.requests[before]!.body.toString('utf8');
  }

  test('A48 a body nested without end is refused wherever one is taken', async () => {
    const depth = 100_000;
    for (const bomb of [
      '['.repeat(depth) + ']'.repeat(depth),
      `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
      '['.repeat(depth),
    ]) {
      for (const [method, path, body] of [...bodiesWith(bomb), ['POST', '/v1/events', bomb] as const]) {
        const { status, text } = await target.ask(method, path, body);
        const isWhole = bomb.endsWith(']') || bomb.endsWith('}');
        // One item of a batch that is refused is told in its place.
        if (path.endsWith('/batch') && status === 202) assert.match(text, /"status":4\d\d/);
        else if (isWhole && bomb.length < 256 * 1024) assert.equal(status, 422, `${method} ${path}: ${text}`);
        else assert.ok(status === 422 || status === 400 || status === 413, `${method} ${path}: ${text}`);
      }
    }
    assert.equal((await target.ask('GET', '/livez')).status, 200);
  });

  test('A48 what is nested as deep as is allowed arrives', async () => {
    const data = '['.repeat(60) + ']'.repeat(60);
    assert.ok((await delivered(data)).includes(`"data":${data}`));
  });

  test('A49 numbers of any size arrive as they were written, and filters compare them at no cost', async () => {
    const numbers = [
      '1e400',
      '-1e400',
      '1e-400',
      '1e999999999999999999',
      `1${'0'.repeat(50_000)}`,
      '0.1000',
      '-0',
    ];
    for (const number of numbers)
      assert.ok((await delivered(number)).includes(`"data":${number}}`), number.slice(0, 30));
    const { id } = await target.endpoint({
      url: `${receiver.origin}/filtered`,
      events: ['attack.A49'],
      filter: { '/data/total': { gte: 100 } },
    });
    for (const [number, deliveries] of [
      ['1e999999999999999999', 1],
      ['-1e999999999999999999', 0],
      ['1e-999999999999999999', 0],
      [`1${'0'.repeat(100_000)}`, 1],
      [`0.${'0'.repeat(100_000)}1`, 0],
    ] as const) {
      const answer = await target.ask(
        'POST',
        '/v1/events',
        `{"type":"attack.A49","data":{"total":${number}}}`,
      );
      assert.deepEqual([answer.status, answer.body.deliveries], [202, deliveries], number.slice(0, 30));
    }
    await target.ask('DELETE', `/v1/endpoints/${id}`);
  });

  test('A49 settings take no number that is none of theirs', async () => {
    for (const number of ['1e400', '-1', '1.5', '1e3', '9007199254740993', '0', '"16"', 'true', '[16]']) {
      for (const body of [
        `{"concurrency":${number}}`,
        `{"rateLimit":{"perSecond":${number === '1e3' ? '1e5' : number}}}`,
      ]) {
        assert.equal((await target.ask('PATCH', `/v1/endpoints/${kept.id}`, body)).status, 422, body);
      }
    }
  });

  test('A49 what is too large is refused: a long string, a million keys, a batch of too many', async () => {
    const long = `"${'x'.repeat(10 * 1024 * 1024)}"`;
    const keys = `{${Array.from({ length: 1_000_000 }, (_, n) => `"${n}":1`).join()}}`;
    for (const data of [long, keys]) {
      assert.equal((await target.ask('POST', '/v1/events', `{"type":"a","data":${data}}`)).status, 413);
      assert.equal(
        (await target.ask('PATCH', `/v1/endpoints/${kept.id}`, `{"metadata":${data}}`)).status,
        413,
      );
    }
    const batch = { events: Array(1001).fill({ type: 'a', data: 1 }) };
    assert.equal((await target.ask('POST', '/v1/events/batch', batch)).status, 422);
    assert.equal((await target.ask('GET', '/livez')).status, 200);
  });

  test('A50 a member called __proto__ sets nobody’s prototype', async () => {
    for (const evil of [
      '"__proto__":{"headers":{"x-evil":"1"},"status":"paused","isAdmin":true}',
      '"\\u005f_proto__":{"headers":{"x-evil":"1"}}',
      '"metadata":{"__proto__":{"x":1}}',
      '"headers":{"__proto__":"x"}',
    ]) {
      const body = `{"url":"https://a.example/","events":["never"],${evil}}`;
      assert.equal((await target.ask('POST', '/v1/endpoints', body)).status, 422, evil);
      assert.equal((await target.ask('PATCH', `/v1/endpoints/${kept.id}`, `{${evil}}`)).status, 422, evil);
    }
    const inherited = '"constructor":{"prototype":{"x-evil":"1"}}';
    const refused = await target.ask('PATCH', `/v1/endpoints/${kept.id}`, `{${inherited}}`);
    assert.equal(refused.status, 422);
    const metadata = `{"metadata":{${inherited}}}`;
    const changed = await target.ask('PATCH', `/v1/endpoints/${kept.id}`, metadata);
    assert.deepEqual(changed.body.metadata, { constructor: { prototype: { 'x-evil': '1' } } });
    const plain = await target.endpoint({ url: 'https://a.example/', events: ['never'] });
    assert.deepEqual([plain.headers, plain.status, plain.metadata], [{}, 'active', {}]);
  });

  test('A50 in the data of an event, __proto__ is a text like any other', async () => {
    const data = '{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}}';
    assert.ok((await delivered(data)).includes(`"data":${data}`));
  });

  test('A51 of members with one name the last counts, for filters and settings alike, and the bytes pass unchanged', async () => {
    const { id } = await target.endpoint({
      url: `${receiver.origin}/twice`,
      events: ['attack.A51'],
      filter: { '/data/total': { eq: 2 } },
    });
    const publish = (data: string): Promise<{ status: number; body: Json }> =>
      target.ask(
        'POST',
        '/v1/events',
        `{"type":"other","type":"attack.A51","data":{"total":2},"data":${data}}`,
      );
    assert.equal((await publish('{"total":2,"total":1}')).body.deliveries, 0);
    const before = receiver.requests.length;
    const data = '{"total":1,"tot\\u0061l":2}';
    const { status, body } = await publish(data);
    assert.deepEqual([status, body.type, body.deliveries], [202, 'attack.A51', 1]);
    await receiver.received(before + 1);
    assert.ok(receiver.requests[before]!.body.toString().includes(`"data":${data}`));
    const twice = '{"description":"first","description":"last"}';
    assert.equal((await target.ask('PATCH', `/v1/endpoints/${id}`, twice)).body.description, 'last');
    await target.ask('DELETE', `/v1/endpoints/${id}`);
  });

  test('A52 what is not UTF-8, and a byte order mark, is refused wherever a body is taken', async () => {
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf5, 0x80, 0x80, 0x80]]) {
      for (const [method, path, body] of bodiesWith('"HERE"')) {
        const [start, end] = body.split('HERE') as [string, string];
        const request = Buffer.concat([Buffer.from(start), Buffer.from(bytes), Buffer.from(end)]);
        const { status } = await target.ask(method, path, request);
        assert.equal(status, 400, `${method} ${path} ${bytes}`);
      }
    }
    for (const [method, path, body] of bodiesWith('1')) {
      const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]);
      assert.equal((await target.ask(method, path, marked)).status, 400, `${method} ${path}`);
    }
  });

  test('A52 NUL and lone surrogates in data arrive as they were written', async () => {
    for (const data of [
      '"a\\u0000b"',
      '"\\ud800"',
      '{"\\u0000":"\\udfff\\ud800"}',
      '"😀\\ud83d\\ude00\u2028"',
    ]) {
      assert.ok((await delivered(data)).includes(`"data":${data}`), data);
    }
    const raw = `{"type":"kept","data":"a\0b"}`;
    assert.equal((await target.ask('POST', '/v1/events', raw)).status, 400);
  });

  test('A52 NUL and lone surrogates in settings are refused or come back as they were', async () => {
    for (const evil of ['a\0b', '\ud800', '\udfffa']) {
      const text = JSON.stringify(evil);
      for (const [name, value] of [
        ['description', text],
        ['metadata', `{"a":${text},${text}:1}`],
        ['filter', `{"/data/a":{"eq":${text}}}`],
      ] as const) {
        const path = `/v1/endpoints/${kept.id}`;
        const { status } = await target.ask('PATCH', path, `{"${name}":${value}}`);
        assert.ok(status === 200 || status === 422, `${name} ${text}: ${status}`);
        const shown = (await target.ask('GET', path)).body[name];
        if (status === 200) assert.deepEqual(shown, JSON.parse(value), name);
      }
      const reference = await target.ask('POST', '/v1/events', `{"type":"a","reference":${text},"data":1}`);
      assert.equal(reference.status, 422);
      const type = await target.ask(
        'PUT',
        '/v1/event-types/a.b',
        `{"description":${text},"examples":[${text}]}`,
      );
      assert.ok(type.status === 200 || type.status === 422, type.text);
    }
    await target.ask('PATCH', `/v1/endpoints/${kept.id}`, { description: '', metadata: {}, filter: null });
  });

  test('A53 only JSON is a body, however its type is spelled', async () => {
    const body = '{"type":"a","data":1}';
    const asked = async (type: string | null, text = body): Promise<number> => {
      const lines = [
        'POST /v1/events HTTP/1.1',
        'Host: a',
        `Authorization: Bearer ${adminKey}`,
        ...(type === null ? [] : [`Content-Type: ${type}`]),
        `Content-Length: ${Buffer.byteLength(text)}`,
      ];
      return (await writeRaw(target.port, [`${lines.join('\r\n')}\r\n\r\n${text}`])).statuses[0]!;
    };
    for (const type of [
      'application/json\ta',
      'application/json garbage',
      'application/json, text/plain',
      'application/jsonx',
      'application/json;charset=utf-16',
      'application/json; charset="utf-7"',
      'application/vnd.api+json',
      'text/json',
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded; charset=utf-16',
      'json',
      '*/*',
    ]) {
      assert.equal(await asked(type), 415, type);
    }
    // The contract takes a missing type as JSON, and what curl sends with -d.
    for (const type of [
      null,
      'application/json',
      'APPLICATION/JSON; charset=UTF-8',
      'application/x-www-form-urlencoded',
    ]) {
      assert.equal(await asked(type), 202, String(type));
    }
    assert.equal(await asked('application/x-www-form-urlencoded', 'type=a&data=1'), 400);
    assert.equal(
      await asked('application/json', '--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--'),
      400,
    );
  });

  test('A53 a stranger with a body of another type hears of the missing key only', async () => {
    const stranger = { authorization: 'Bearer shk_live_nobody', 'content-type': 'text/plain' };
    assert.equal((await target.ask('POST', '/v1/events', 'x', stranger)).status, 401);
  });

  test('A48 after all of it, the server still delivers', async () => {
    const [delivery] = await eventually(5_000, () => target.deliver('kept'));
    assert.equal(delivery.status, 'delivered');
  });
});
