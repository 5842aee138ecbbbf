import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  adminKey,
  eventually,
  type ServerProcess,
  startServerProcess,
  temporaryFolder,
} from '../support/process.ts';

const secret = `whsec_${Buffer.from('a key of thirty-two bytes, or so').toString('base64')}`;

describe('bins of a server in production', () => {
  const folder = temporaryFolder();
  const start = () =>
    startServerProcess(`${folder.path}/surehook.db`, { SUREHOOK_DEV: '0', SUREHOOK_LOG_LEVEL: 'warn' });
  let server: ServerProcess;

  before(async () => {
    server = await start();
  });

  after(async () => {
    await server.kill();
    folder.remove();
  });

  const make = async (body: object): Promise<{ id: string; url: string }> =>
    (await server.call('POST', '/v1/bins', body)).json as never;
  const caught = async (id: string): Promise<Record<string, never>[]> =>
    (await server.call('GET', `/v1/bins/${id}/requests`)).json.data;

  test('are delivered to although nothing else of this server and of this machine is', async () => {
    const bin = await make({ scheme: 'standard', secret, failFirst: 1 });
    for (const url of ['http://127.0.0.1:9/', `${server.url}/v1/events`, `${server.url}/b/../v1/events`])
      assert.equal((await server.call('POST', '/v1/endpoints', { url, events: ['*'] })).status, 422);
    const endpoint = { url: bin.url, events: ['*'], secret, retry: { schedule: ['100ms'] } };
    assert.equal((await server.call('POST', '/v1/endpoints', endpoint)).status, 201);
    await server.call('POST', '/v1/events', '{"type":"order.created","data":{"total":12.50}}');
    const found = await eventually(10_000, async () => {
      const requests = await caught(bin.id);
      return requests.length === 2 && requests;
    });
    assert.deepEqual(
      found.map(({ status }) => status),
      [200, 500],
    );
    for (const { verification } of found)
      assert.equal((verification as unknown as { valid: boolean }).valid, true);
  });

  test('stream what they catch, go on after the last one seen, and keep it over kill -9', async () => {
    const bin = await make({});
    const headers = { authorization: `Bearer ${adminKey}` };
    const streamUrl = (): string => `${server.url}/v1/bins/${bin.id}/stream`;
    const stop = new AbortController();
    const answer = await fetch(streamUrl(), { headers, signal: stop.signal });
    assert.match(answer.headers.get('content-type')!, /^text\/event-stream/);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const read = async (wanted: RegExp): Promise<void> => {
      while (!wanted.test(text)) text += (await reader.read()).value;
    };
    await read(/^: watching\n\n/);
    await fetch(`${bin.url}/first`, { method: 'POST', body: 'hello' });
    await read(/event: request\ndata: \{.*\}\n\n/);
    const id = /id: (\d+)/.exec(text)![1]!;
    stop.abort();
    await fetch(`${bin.url}/second`, { method: 'PUT', body: 'hello' });
    await server.kill();
    server = await start();
    const again = new AbortController();
    const resumed = await fetch(streamUrl(), {
      headers: { ...headers, 'last-event-id': id },
      signal: again.signal,
    });
    const next = resumed.body!.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    while (!/data: .*\n\n/.test(rest)) rest += (await next.read()).value;
    again.abort();
    assert.match(rest, /"method":"PUT"/);
    assert.doesNotMatch(rest, /"method":"POST"/);
  });

  test('hang up when told to, and let an answer trickle', async () => {
    const { id, url } = await make({ drop: true });
    const here = url.replace(/^http:\/\/[^/]+/, server.url);
    await assert.rejects(fetch(here, { method: 'POST' }));
    assert.equal((await caught(id))[0]!.status, null);
    await server.call('PATCH', `/v1/bins/${id}`, { drop: false, slow: '50ms', body: 'one two three' });
    assert.equal(await (await fetch(here, { method: 'POST' })).text(), 'one two three');
  });
});
