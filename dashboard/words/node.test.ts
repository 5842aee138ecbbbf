import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { nodeOf } from './node.ts';
import type { Sendable } from './sendable.ts';

/** What a server gets from the program, and what the program says of the answer. */
async function run(request: Omit<Sendable, 'url'>) {
  const got = { method: '', url: '', headers: new Map<string, string>(), body: Buffer.alloc(0), said: '' };
  const server = createServer((message, response) => {
    const { method = '', url = '', rawHeaders: raw } = message;
    const headers = new Map(raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1]!]] : [])));
    const parts: Buffer[] = [];
    message.on('data', (part: Buffer) => parts.push(part));
    message.on('end', () => {
      Object.assign(got, { method, url, headers, body: Buffer.concat(parts) });
      response.writeHead(302, { location: '/elsewhere' }).end('look elsewhere');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x?y=1&z='"`;
  const node = spawn(process.execPath, ['--input-type=module', '-']);
  node.stdout.on('data', (text: Buffer) => {
    got.said += String(text);
  });
  node.stdin.end(nodeOf({ url, ...request }));
  await once(node, 'close');
  server.close();
  return got;
}

test('Node sends exactly what was sent, and follows nothing', async () => {
  const body = `{"a":"it's \`\${1}\` \\\\ \\" \n\u2028€ </script>"}`;
  const headers = {
    'webhook-id': `o'1"\\`,
    host: 'a.example',
    ['__proto__']: 'kept',
    'user-agent': 'Ours/1',
  };
  const got = await run({ headers, body });
  assert.equal(got.method, 'POST');
  assert.match(got.url, /^\/x\?y=1&z=/);
  assert.equal(got.body.toString(), body);
  assert.equal(got.headers.get('webhook-id'), headers['webhook-id']);
  assert.equal(got.headers.get('user-agent'), 'Ours/1');
  assert.match(got.headers.get('host') ?? '', /^127\.0\.0\.1:/);
  assert.equal(got.said, '302 look elsewhere\n');
});

test('a body that is no text arrives byte for byte', async () => {
  const bytes = Buffer.from([0, 255, 10, 39]);
  const got = await run({ headers: {}, body: null, bodyBase64: bytes.toString('base64') });
  assert.deepEqual(got.body, bytes);
});
