import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogueEntry } from '../core/catalogue.ts';
import { runTrigger, type TriggerOptions } from './trigger.ts';

interface Posted {
  url: string;
  headers: Record<string, string>;
  body: string;
}

async function trigger(
  type: string,
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
});
