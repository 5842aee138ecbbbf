import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Refusal } from '../../src/api/refusals.ts';
import { StoreError, SurehookError } from '../../src/core/errors.ts';
import { type PlainHeaders, plainHeaders } from '../../src/core/plain-request.ts';
import { ApiWorld, adminKey } from '../support/api.ts';

/** What came of a request, without what is each answer's own. */
interface Outcome {
  status: number;
  headers: Record<string, unknown>;
  body: unknown;
  refusals: Partial<Refusal>[];
  faults: number;
}
interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

type Headers = Record<string, string>;
type Way = (world: ApiWorld, headers: Headers, text: string) => Promise<Answered>;

const remoteAddress = '10.1.2.3';
const byServer: Way = async ({ app }, headers, payload) => {
  const {
    statusCode,
    headers: given,
    payload: text,
  } = await app.inject({
    method: 'POST',
    url: '/v1/events',
    headers,
    payload,
    remoteAddress,
  });
  return { status: statusCode, headers: given as IncomingHttpHeaders, text };
};
const plainly: Way = async ({ answerPlain }, headers, text) => {
  for (const name of Object.keys(headers)) assert.ok((plainHeaders as readonly string[]).includes(name));
  const answer = await answerPlain({ headers: headers as PlainHeaders, text, remoteAddress });
  const lines = answer.head.split('\r\n');
  assert.equal(lines.pop(), '');
  const given = lines.map((line) => /^([\w-]+): (.+)$/.exec(line)!.slice(1, 3));
  assert.equal(
    new Set(given.map(([name]) => name!.toLowerCase())).size,
    given.length,
    'a header comes twice',
  );
  return {
    status: answer.status,
    headers: Object.fromEntries(given.map(([name, value]) => [name!.toLowerCase(), value])),
    text: answer.body,
  };
};

/** Those of the connection, and the length: they are written where the answer is. */
const ofConnection = ['content-length', 'connection', 'keep-alive', 'date', 'request-id'];

describe('a plain request', () => {
  /** The same world twice: one is asked through the server, the other plainly. */
  const ways = [
    { ask: byServer, world: null as unknown as ApiWorld, keys: new Map<string, string>() },
    { ask: plainly, world: null as unknown as ApiWorld, keys: new Map<string, string>() },
  ];
  before(async () => {
    for (const way of ways) {
      way.world = await ApiWorld.open({ trustedProxies: ['10.0.0.0/8'] });
      const { world, keys } = way;
      keys.set('admin', adminKey);
      const keyOf = ({ headers }: { headers: Record<string, string> }): string =>
        headers.authorization!.slice('Bearer '.length);
      keys.set('acme', keyOf(await world.account('acme')));
      keys.set('reader', keyOf(await world.account('other', ['read'])));
      const link = await world.ask('POST', '/v1/portal-links', {}, { 'surehook-account': 'acme' });
      const token = new URL(link.body.url).hash.slice(1);
      const own = { authorization: '', 'sec-fetch-site': 'same-origin' };
      keys.set('portal', (await world.ask('POST', '/v1/portal-sessions', { token }, own)).body.token);
      await world.endpoint({}, { 'surehook-account': 'acme' });
      const once = { authorization: `Bearer ${keys.get('acme')}` };
      await world.ask('POST', '/v1/events', { type: 'a.b', id: 'known', data: 1 }, once);
      await world.clock.advance(1000);
    }
  });
  after(() => Promise.all(ways.map(({ world }) => world.close())));

  /** What both ways make of the same request. */
  async function outcomes(
    key: string | null,
    headers: Headers,
    text: string,
    asked = ways,
  ): Promise<Outcome[]> {
    const all: Outcome[] = [];
    for (const { ask, world, keys } of asked) {
      const [refusals, faults] = [world.refusals.length, world.faults.length];
      const authorization = key === null ? {} : { authorization: `Bearer ${keys.get(key) ?? key}` };
      const answer = await ask(world, { ...authorization, ...headers }, text);
      const given = { ...answer.headers };
      assert.match(String(given['request-id']), /^req_/);
      for (const name of ofConnection) delete given[name];
      const body = JSON.parse(answer.text) as { id?: string; requestId?: string };
      if (body.requestId !== undefined) assert.equal(body.requestId, answer.headers['request-id']);
      // An id that we gave differs, as it must.
      if (body.id !== undefined) body.id = body.id.replace(/^evt_\w+$/, 'evt_…');
      delete body.requestId;
      all.push({
        status: answer.status,
        headers: given,
        body,
        refusals: world.refusals.slice(refusals).map(({ requestId, ...rest }) => {
          assert.equal(requestId, answer.headers['request-id']);
          return rest;
        }),
        faults: world.faults.length - faults,
      });
      // Refusals are told of again after a second.
      await world.clock.advance(1000);
    }
    return all;
  }

  const event = '{"type":"a.b","data":{"n":1}}';
  const deep = `{"type":"a.b","data":${'['.repeat(100)}${']'.repeat(100)}}`;
  const forwarded = { 'x-forwarded-for': '203.0.113.7, 10.9.9.9' };
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const requests: [title: string, status: number, key: string | null, headers: Headers, text: string][] = [
    ['a new event', 202, 'acme', {}, event],
    ['with an id of its own', 202, 'acme', {}, '{"type":"a.b","id":"mine","data":"é😀"}'],
    ['an id that is known', 200, 'acme', {}, '{"type":"a.b","id":"known","data":1}'],
    ['an id that is known with another body', 200, 'acme', {}, '{"type":"a.b","id":"known","data":2}'],
    ['with an idempotency key', 202, 'acme', { 'idempotency-key': 'k' }, event],
    ['the same idempotency key again', 202, 'acme', { 'idempotency-key': 'k' }, event],
    [
      'the same idempotency key, another body',
      422,
      'acme',
      { 'idempotency-key': 'k' },
      '{"type":"c","data":1}',
    ],
    ['an empty idempotency key', 422, 'acme', { 'idempotency-key': '' }, event],
    ['an idempotency key that is too long', 422, 'acme', { 'idempotency-key': 'k'.repeat(256) }, event],
    ['with a trace', 202, 'acme', { traceparent: trace }, event],
    ['with a trace that is none', 202, 'acme', { traceparent: 'x' }, event],
    ['no right to publish', 403, 'reader', {}, event],
    ['an unknown key', 401, 'shk_live_unknown', forwarded, event],
    ['an empty key', 401, '', {}, event],
    ['a key that is too long', 401, 'x'.repeat(300), {}, event],
    ['another scheme', 401, null, { authorization: `Basic ${adminKey}` }, event],
    ['no key', 401, null, {}, event],
    ['an account of its own', 202, 'acme', { 'surehook-account': 'acme' }, event],
    ['an account of others', 403, 'acme', { 'surehook-account': 'other' }, event],
    ['an admin for no account', 202, 'admin', {}, event],
    ['an admin for an account', 202, 'admin', { 'surehook-account': 'acme' }, event],
    ['an admin for an account that is not there', 404, 'admin', { 'surehook-account': 'nobody' }, event],
    ['an admin for an account without a name', 404, 'admin', { 'surehook-account': '' }, event],
    ['a portal', 403, 'portal', {}, event],
    ['a portal that is closed', 401, 'shk_portal_unknown', {}, event],
    ['no JSON', 400, 'acme', {}, '{"type":'],
    ['no object', 422, 'acme', {}, '[]'],
    ['nothing but a space', 400, 'acme', {}, ' '],
    ['a byte order mark', 400, 'acme', {}, `\ufeff${event}`],
    ['too deep', 422, 'acme', {}, deep],
    ['a member twice', 202, 'acme', {}, '{"type":"a.b","data":{"a":1,"a":2}}'],
    ['a member of data called as the prototype', 202, 'acme', {}, '{"type":"a.b","data":{"__proto__":1}}'],
    ['no type', 422, 'acme', {}, '{"data":1}'],
    ['a type that is no name', 422, 'acme', {}, '{"type":"a b","data":1,"id":5,"more":true}'],
    ['as JSON', 202, 'acme', { 'content-type': 'application/json; charset=utf-8' }, event],
    ['as a form', 202, 'acme', { 'content-type': 'application/x-www-form-urlencoded' }, event],
    ['as text', 415, 'acme', { 'content-type': 'text/plain' }, event],
    ['as another charset', 415, 'acme', { 'content-type': 'application/json; charset=latin1' }, event],
    ['as nothing', 415, 'acme', { 'content-type': '' }, event],
    ['through a proxy that is trusted', 422, 'acme', forwarded, '{}'],
  ];

  for (const [title, status, key, headers, text] of requests)
    test(`is answered and told of as by the whole server: ${title}`, async () => {
      const [wanted, found] = await outcomes(key, headers, text);
      assert.deepEqual(found, wanted);
      assert.equal(found!.status, status, JSON.stringify(found));
      assert.equal(found!.refusals.length, status < 300 ? 0 : 1);
      if (headers === forwarded) assert.equal(found!.refusals[0]!.client, '203.0.113.7');
    });

  test('is answered as by the whole server where we fail', async (t) => {
    let error: Error = new Error('inside');
    const failing = [];
    for (const { ask } of ways) {
      const world = await ApiWorld.open({ publish: () => Promise.reject(error) });
      t.after(() => world.close());
      failing.push({ ask, world, keys: new Map([['admin', adminKey]]) });
    }
    for (const [cause, status] of [
      [new Error('inside'), 500],
      [new StoreError('gone', false), 503],
      [new SurehookError('unavailable', 'Too much is under way.'), 503],
      [new SurehookError('too_many_requests', 'Slower.', { retryAfterS: 1.5 }), 429],
    ] as const) {
      error = cause;
      const [wanted, found] = await outcomes('admin', {}, event, failing);
      assert.deepEqual(found, wanted);
      assert.equal(found!.status, status);
    }
  });

  test('is sent on with the trace that it came with', () => {
    for (const { world } of ways)
      assert.ok(
        world.sent.some(({ headers }) => JSON.stringify(headers).includes(trace.split('-')[1]!)),
        'nothing was sent on with it',
      );
  });
});
