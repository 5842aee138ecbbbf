import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { createSender } from '../../src/adapters/http/sender.ts';
import * as limits from '../../src/core/limits/sending.ts';
import { type Json, startTarget, type Target, trustingTests } from '../support/attack.ts';
import {
  type CertificateName,
  type Receiver,
  response,
  type Script,
  startReceiver,
} from '../support/receiver.ts';

describe('receivers that mean harm', () => {
  let proxy: Receiver;
  let target: Target;

  before(async () => {
    proxy = await startReceiver();
    // Everything an environment can say to weaken the sender.
    const throughProxy = Object.fromEntries(
      ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'].map((name) => [
        name,
        proxy.origin,
      ]),
    );
    target = await startTarget({
      ...trustingTests,
      ...throughProxy,
      NODE_USE_ENV_PROXY: '1',
      NO_PROXY: '',
      no_proxy: '',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      SUREHOOK_ALLOW_NETWORKS: '127.0.0.1/32',
    });
  });
  after(async () => {
    await target.stop();
    await proxy.close();
  });

  /** What a delivery and a test to a receiver with this script come to. */
  async function attempts(script: Script): Promise<{ receiver: Receiver; delivery: Json; tried: Json }> {
    const receiver = await startReceiver({ certificate: 'receiver', script });
    const type = `attack.${receiver.port}`;
    const { id } = await target.endpoint({ url: `${receiver.origin}/`, events: [type], timeout: '5s' });
    const [delivery] = await target.deliver(type);
    const tried = await target.ask('POST', `/v1/endpoints/${id}/test`, { eventType: type, data: 1 });
    await receiver.close();
    return { receiver, delivery, tried: tried.body };
  }

  // There is no proxy mode, so there is nothing to announce at the start.
  test('A23 proxies of the environment are not used, so that addresses are judged here', async () => {
    const { receiver, delivery } = await attempts((_request, socket) => socket.write(response(204)));
    assert.equal(delivery.status, 'delivered');
    assert.equal(receiver.requests.length, 2);
    assert.equal(proxy.connections(), 0);
  });

  test('A59 an answer with a thousand encodings is not decoded', async () => {
    const headers = { 'content-encoding': Array(1500).fill('gzip').join(', ') };
    const { delivery, tried } = await attempts((_request, socket) =>
      socket.write(response(200, headers, 'as it is')),
    );
    assert.equal(delivery.status, 'delivered');
    assert.equal(tried.response.body, 'as it is');
  });

  test('A59 a compressed bomb stays compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    const { delivery, tried } = await attempts((_request, socket) =>
      socket.write(response(200, { 'content-encoding': 'gzip' }, bomb)),
    );
    assert.equal(delivery.status, 'delivered');
    assert.ok(tried.response.bodyTruncated);
    assert.ok(tried.response.body.length <= limits.attemptBodyBytes);
    assert.equal((await target.ask('GET', '/livez')).status, 200);
  });

  test('A60 an upgrade nobody asked for is a failure, and no other protocol is offered', async () => {
    const upgrades = [
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n\x81\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ];
    for (const bytes of upgrades) {
      const { receiver, delivery, tried } = await attempts((_request, socket) => socket.end(bytes));
      assert.deepEqual([delivery.status, delivery.attempts[0].error], ['dead', 'protocol'], bytes);
      assert.equal(tried.error, 'protocol');
      for (const { lines, headers } of receiver.requests) {
        assert.match(lines[0]!, / HTTP\/1\.1$/);
        assert.deepEqual([headers.upgrade, headers['http2-settings']], [undefined, undefined]);
      }
    }
  });

  test('A62 no certificate is believed that should not be, though the environment says otherwise', async () => {
    const certificates: CertificateName[] = ['expired', 'selfsigned', 'other'];
    for (const certificate of certificates) {
      const receiver = await startReceiver({ certificate });
      const type = `attack.${certificate}`;
      const { id } = await target.endpoint({ url: `${receiver.origin}/`, events: [type] });
      const [delivery] = await target.deliver(type);
      const tried = await target.ask('POST', `/v1/endpoints/${id}/test`, { eventType: type, data: 1 });
      await receiver.close();
      assert.deepEqual([delivery.attempts[0].error, tried.body.error], ['tls', 'tls'], certificate);
      assert.equal(receiver.requests.length, 0, certificate);
    }
  });
});

test('A61 a bad certificate, however often, leaves nothing behind', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const receiver = await startReceiver({ certificate: 'selfsigned' });
  const sender = createSender({ policy: { dev: true, allowNetworks: [] } });
  t.after(async () => {
    await sender.close();
    await receiver.close();
  });
  const body = { head: '{}', withData: false, tail: '', bytes: Buffer.from('{}') };
  const one = async (): Promise<void> => {
    const outcome = await sender.send(
      { url: `${receiver.origin}/`, headers: [], body },
      { timeoutMs: 10_000, connectTimeoutMs: 10_000 },
    );
    assert.equal(outcome.error, 'tls');
  };
  const many = async (count: number): Promise<number> => {
    for (let n = 0; n < count; n += 20) await Promise.all(Array.from({ length: 20 }, one));
    await receiver.closed(receiver.connections());
    collect();
    return process.memoryUsage().heapUsed;
  };
  await many(400);
  const before = await many(400);
  const grown = (await many(800)) - before;
  // What a certificate and its error hold is more than 2 KB each.
  assert.ok(grown < 800 * 1024, `${grown} bytes more after 800 failures`);
});
