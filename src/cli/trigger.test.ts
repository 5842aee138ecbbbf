import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../adapters/system/crypto.ts';
import { catalogueEntry } from '../core/catalogue.ts';
import { verifyAs } from '../core/signing.ts';
import { fixtures } from './fixtures.ts';
import { runTrigger, type TriggerOptions } from './trigger.ts';

const nowS = 1_790_000_000;

interface Posted {
  url: string;
  headers: Record<string, string>;
  body: string;
}

async function trigger(
  type: string | undefined,
  options: Partial<TriggerOptions> = {},
  world: { status?: number; key?: string | null; refused?: boolean } = {},
): Promise<{ code: number; posted: Posted[]; out: string[]; err: string[] }> {
  const posted: Posted[] = [];
  const out: string[] = [];
  const err: string[] = [];
  const code = await runTrigger(
    type,
    { url: 'http://127.0.0.1:4400', ...options },
    {
      post: async (url, headers, body) => {
        if (world.refused) throw new Error('connection refused');
        posted.push({ url, headers, body });
        return { status: world.status ?? 202, body: '{"id":"evt_1"}' };
      },
      send: async (url, { headers, body }) => {
        if (world.refused) throw new Error('connection refused');
        posted.push({ url, headers: Object.fromEntries(headers), body: Buffer.from(body).toString() });
        return { status: world.status ?? 200, body: 'thanks', durationMs: 4 };
      },
      nowMs: () => nowS * 1000,
      newId: () => 'abc123',
      crypto: nodeCrypto(),
      findKey: () => (world.key === undefined ? 'shk_admin_found' : world.key),
      out: (line) => out.push(line),
      err: (line) => err.push(line),
    },
  );
  return { code, posted, out, err };
}

describe('surehook trigger', () => {
  test("publishes the catalogue's example with the key that is at hand, and prints the answer", async () => {
    const { code, posted, out } = await trigger('inventory.low', { url: 'http://127.0.0.1:9/' });
    assert.equal(code, 0);
    assert.equal(posted[0]?.url, 'http://127.0.0.1:9/v1/events');
    assert.equal(posted[0]?.headers.authorization, 'Bearer shk_admin_found');
    assert.deepEqual(JSON.parse(posted[0]?.body ?? ''), {
      type: 'inventory.low',
      data: catalogueEntry('inventory.low')?.examples[0],
    });
    assert.deepEqual(out, ['{"id":"evt_1"}']);
  });

  test('own data goes out byte for byte, with reference, account and key as given', async () => {
    const { posted } = await trigger('my.type', {
      data: '{"b":1.0,"a":1e400}',
      reference: 'A"1',
      account: 'acc_1',
      key: 'shk_live_x',
    });
    assert.equal(posted[0]?.body, '{"type":"my.type","data":{"b":1.0,"a":1e400},"reference":"A\\"1"}');
    assert.equal(posted[0]?.headers['surehook-account'], 'acc_1');
    assert.equal(posted[0]?.headers.authorization, 'Bearer shk_live_x');
  });

  test('an unknown type shows the catalogue and publishes nothing', async () => {
    const { code, posted, err } = await trigger('order.creatd');
    assert.equal(code, 2);
    assert.deepEqual(posted, []);
    assert.ok(err.some((line) => line.includes('order.created')));
  });

  test('without a key, or with broken data, nothing is sent', async () => {
    assert.equal((await trigger('order.created', {}, { key: null })).code, 2);
    assert.equal((await trigger('order.created', { data: '{' })).code, 2);
  });

  test('a refusal and a server that is not there end with exit code 1', async () => {
    assert.equal((await trigger('order.created', {}, { status: 401 })).code, 1);
    const { code, err } = await trigger('order.created', {}, { refused: true });
    assert.equal(code, 1);
    assert.match(err.join(), /Is the server running\?/);
  });

  test('single members of the example are changed, by path', async () => {
    const { posted } = await trigger('inventory.low', {
      set: ['available=7', 'where.shelf=A 1', 'sku="42"'],
    });
    const { data } = JSON.parse(posted[0]!.body);
    assert.deepEqual(data, { sku: '42', available: 7, threshold: 10, where: { shelf: 'A 1' } });
    for (const set of ['nonsense', '=1', 'sku.deeper=1', '__proto__.a=1'])
      assert.equal((await trigger('inventory.low', { set: [set] })).code, 2, set);
  });

  test('each request of a provider is one that its scheme believes', async () => {
    for (const { provider, type } of fixtures) {
      const to = 'http://localhost:3000/hooks';
      const { code, posted } = await trigger(`${provider}:${type}`, {
        to,
        secret: 'c2VjcmV0LXNlY3JldC1zZWNyZXQ=',
      });
      const { url, headers, body } = posted[0]!;
      const request = {
        headers,
        body: Buffer.from(body),
        url,
        secrets: ['c2VjcmV0LXNlY3JldC1zZWNyZXQ='],
        fields: {},
        nowS,
      };
      assert.deepEqual(
        [code, verifyAs(provider, request, nodeCrypto()).reason],
        [0, null],
        `${provider}:${type}`,
      );
      assert.ok(!body.includes('{id}') && !Object.values(headers).join().includes('{'));
    }
  });

  test('a request of a provider needs an address and a secret, and its answer is the exit code', async () => {
    const to = 'http://localhost:3000/hooks';
    assert.equal((await trigger('github:push', { secret: 'x' })).code, 2);
    assert.equal((await trigger('github:push', { to })).code, 2);
    assert.equal((await trigger('github:push', { to: 'nowhere', secret: 'x' })).code, 2);
    assert.equal((await trigger('github:push', { to, secret: 'x' }, { status: 401 })).code, 1);
    assert.equal((await trigger('github:push', { to, secret: 'x' }, { refused: true })).code, 1);
    assert.deepEqual((await trigger('github:push', { to, secret: 'x' })).out, ['200 in 4 ms  thanks']);
  });

  test('what there is can be listed', async () => {
    const { code, out } = await trigger(undefined, { list: true });
    assert.equal(code, 0);
    for (const name of ['order.created', 'stripe:payment_intent.succeeded', 'github:push'])
      assert.ok(out.some((line) => line.includes(name)));
    assert.equal((await trigger(undefined)).code, 2);
  });

  test('a name that nobody knows is answered with the nearest ones and where the others are listed', async () => {
    const { code, err } = await trigger('stripe:nope');
    assert.equal(code, 2);
    assert.equal(err.length, 1);
    const named = (/Did you mean (.+)\?/.exec(err.join())?.[1] ?? '').split(/, | or /);
    assert.ok(named.length <= 3 && named.every((name) => name.startsWith('stripe:')), err.join());
    assert.match(err.join(), /trigger --list/);
    assert.doesNotMatch((await trigger('zzzzzzzzzzzzzz')).err.join(), /Did you mean/);
  });
});
