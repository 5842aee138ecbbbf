import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeCrypto } from '../../src/adapters/system/crypto.ts';
import { signAs, verifyAs } from '../../src/core/signing.ts';
import {
  adminKey,
  eventually,
  type ServerProcess,
  startServerProcess,
  temporaryFolder,
} from '../support/process.ts';

const bin = fileURLToPath(new URL('../../bin/surehook.js', import.meta.url));

interface Listening {
  child: ChildProcess;
  out: string;
  err: string;
  ended: Promise<number | null>;
}

interface Got {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

describe('surehook listen', () => {
  const folder = temporaryFolder();
  const database = `${folder.path}/surehook.db`;
  const got: Got[] = [];
  /** What the receiver on this machine answers. */
  let judge: (request: Got) => number = () => 200;
  let server: ServerProcess;
  let receiver: Server;
  let here = '';
  const children: ChildProcess[] = [];

  before(async () => {
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const one = { path: request.url!, headers: request.headers, body: Buffer.concat(chunks) };
        got.push(one);
        response.writeHead(judge(one)).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    here = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    server = await startServerProcess(database, { SUREHOOK_LOG_LEVEL: 'warn' });
  });

  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server.kill();
    receiver.closeAllConnections();
    receiver.close();
    folder.remove();
  });

  function listen(...args: string[]): Listening {
    const all = ['listen', '--url', server.url, '--key', adminKey, ...args];
    const child = spawn(process.execPath, [bin, ...all], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    const listening: Listening = {
      child,
      out: '',
      err: '',
      ended: once(child, 'close').then(([code]) => code as number | null),
    };
    child.stdout.on('data', (text) => {
      listening.out += text;
    });
    child.stderr.on('data', (text) => {
      listening.err += text;
    });
    return listening;
  }

  const ready = (one: Listening): Promise<true> =>
    eventually(20_000, async () => one.out.includes('→ http') && (true as const));
  const publish = (id: string, data = '{"total":12.50}'): Promise<unknown> =>
    server.call('POST', '/v1/events', `{"id":"${id}","type":"order.created","data":${data}}`);
  const arrived = (prefix: string): string[] =>
    got.map(({ headers }) => String(headers['webhook-id'])).filter((id) => id.startsWith(prefix));

  test('goes on over a restart of the server and of itself, with nothing lost and nothing twice', async () => {
    let one = listen(
      '--name',
      'survivor',
      '--forward',
      `order.*=${here}/orders`,
      '--forward',
      `${here}/rest`,
    );
    await ready(one);
    for (let n = 0; n < 10; n++) await publish(`a${n}`);
    await eventually(20_000, async () => arrived('a').length > 3);
    await server.kill();
    const port = new URL(server.url).port;
    server = await startServerProcess(database, { SUREHOOK_LOG_LEVEL: 'warn', SUREHOOK_PORT: port });
    for (let n = 10; n < 20; n++) await publish(`a${n}`);
    await eventually(30_000, async () => arrived('a').length >= 20);
    one.child.kill('SIGINT');
    assert.equal(await one.ended, 0, one.err);
    for (let n = 20; n < 25; n++) await publish(`a${n}`);
    one = listen(
      '--name',
      'survivor',
      '--forward',
      `order.*=${here}/orders`,
      '--forward',
      `${here}/rest`,
      '--exit-after',
      '5',
    );
    assert.equal(await one.ended, 0, one.err);
    assert.match(one.out, /from where it ended last/);
    const expected = Array.from({ length: 25 }, (_, n) => `a${n}`);
    assert.deepEqual(arrived('a').sort(), expected.sort());
    assert.ok(got.every(({ path }) => path === '/orders'));
    assert.equal(await listen('--name', 'survivor', '--remove').ended, 0);
    assert.deepEqual((await server.call('GET', '/v1/endpoints')).json.data, []);
  });

  test('signs what it hands on, and shows a receiver that parses the body first what it does wrong', async () => {
    const secret = `whsec_${Buffer.from('a key of thirty-two bytes, or so').toString('base64')}`;
    judge = ({ headers, body }) => {
      const flat = Object.entries(headers).flatMap(([name, value]) => [name, String(value)]);
      const parsed = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
      const request = { headers: flat, body: parsed, secrets: [secret], fields: {}, nowS: Date.now() / 1000 };
      return verifyAs('standard', request, nodeCrypto()).valid ? 200 : 401;
    };
    const one = listen('--name', 'mistaken', '--secret', secret, '--forward', here, '--exit-after', '2');
    await ready(one);
    await publish('b1', '{"total":12}');
    await publish('b2');
    const code = await one.ended;
    judge = () => 200;
    assert.equal(code, 1);
    assert.match(one.err, /Found it.*after parsing it and writing it anew \(JSON\.stringify\)/s);
  });

  test("hands on a provider's request unchanged, of one source or of all", async () => {
    const made = await server.call('POST', '/v1/sources', {
      name: 'GitHub',
      scheme: 'github',
      secret: 'topsecret',
    });
    const source = made.json as unknown as { id: string; url: string };
    const all = listen('--name', 'all', '--forward', `${here}/all`, '--exit-after', '1');
    const only = listen(
      '--name',
      'one',
      '--source',
      source.id,
      '--forward',
      `${here}/one`,
      '--exit-after',
      '1',
    );
    await ready(all);
    await ready(only);
    const body = '{"zen": "Speak like a human.", "n": 1.0}';
    const headers = {
      'x-github-event': 'ping',
      ...signAs('github', { secrets: ['topsecret'], timestampS: 0, body }, nodeCrypto()),
    };
    await fetch(`${server.url}${new URL(source.url).pathname}`, {
      method: 'POST',
      headers: { ...headers, 'x-github-event': 'push' },
      body,
    });
    assert.deepEqual([await all.ended, await only.ended], [0, 0], all.err + only.err);
    for (const path of ['/all', '/one']) {
      const found = got.find((request) => request.path === path)!;
      assert.equal(found.body.toString(), body);
      assert.equal(
        found.headers['x-hub-signature-256'],
        (headers as Record<string, string>)['x-hub-signature-256'],
      );
    }
  });

  test('says what is wrong with its command line, and that no server answers', async () => {
    assert.equal(await listen('--forward', 'nonsense').ended, 2);
    assert.equal(await listen('--fault', 'earthquake').ended, 2);
    const nobody = listen('--url', 'http://127.0.0.1:9', '--forward', here);
    assert.equal(await nobody.ended, 1);
    assert.match(nobody.err, /Is it running/);
  });
});
