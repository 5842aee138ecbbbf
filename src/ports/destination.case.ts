import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Broker, BrokerKind } from '../../test/support/brokers/broker.ts';
import { eventually } from '../../test/support/process.ts';
import type { AddressPolicy } from '../core/address.ts';
import type { Outcome, Request } from '../core/attempt.ts';
import { readQueueUrl } from '../core/queue.ts';
import type { Sender } from './sender.ts';

const dev: AddressPolicy = { dev: true, allowNetworks: [] };
const patient = { timeoutMs: 20_000, connectTimeoutMs: 10_000 };
const bulk = 300;
const atOnce = 16;

/** A request for a queue, as `buildRequest` makes it. */
export function queued(text: string, id: string, more: { reference?: string; body?: string } = {}): Request {
  const read = readQueueUrl(text, 'to', dev);
  assert.ok(typeof read !== 'string', String(read));
  const { reference = null, body = `{"id":"${id}","name":"Zoë ✓"}` } = more;
  return {
    url: read.url,
    headers: [
      'content-type',
      'application/json',
      'webhook-id',
      id,
      'webhook-signature',
      'v1,abc=',
      'surehook-event-id',
      id,
      'surehook-event-timestamp',
      '2026-11-26T12:00:00.000Z',
    ],
    body: { head: body, withData: false, tail: '', bytes: new TextEncoder().encode(body) },
    queue: { eventId: id, eventType: 'order.created', reference, password: read.password },
  };
}

/** The promises of `ports/sender.ts` where a queue is sent to, kept with a broker that runs. */
export function destinationContract(kind: BrokerKind, open: (policy: AddressPolicy) => Sender): void {
  describe(`into ${kind.name}`, { skip: kind.skip }, () => {
    let broker: Broker;
    let sender: Sender;
    const put = (
      id: string,
      more: { url?: string; reference?: string; body?: string } = {},
    ): Promise<Outcome> => sender.send(queued(more.url ?? broker.url, id, more), patient);
    const idsThere = async (): Promise<string[]> =>
      (await broker.arrived()).map(({ headers }) => headers['surehook-event-id']!);

    before(async () => {
      broker = await kind.start();
      sender = open(dev);
    });
    after(async () => {
      await sender.close();
      await broker.close();
    });

    test('a message arrives with its headers and every byte of its body', async () => {
      const outcome = await put('evt_first', { reference: 'ord-1' });
      assert.equal(outcome.error, null, outcome.detail);
      assert.equal(outcome.httpStatus, null);
      const [message] = await broker.arrived();
      assert.equal(message!.body, '{"id":"evt_first","name":"Zoë ✓"}');
      assert.equal(message!.headers['webhook-id'], 'evt_first');
      assert.equal(message!.headers['webhook-signature'], 'v1,abc=');
    });

    test('many at once arrive once each, those one after another in their order', async () => {
      const ids = Array.from({ length: bulk }, (_, i) => `evt_bulk${String(i).padStart(4, '0')}`);
      const line = ids.filter((_, i) => i % 10 === 0);
      const others = ids.filter((_, i) => i % 10 !== 0);
      const send = async (mine: string[]): Promise<void> => {
        for (const id of mine) assert.equal((await put(id, { reference: 'ord-2' })).error, null);
      };
      const shares = Array.from({ length: atOnce }, (_, n) => others.filter((_, i) => i % atOnce === n));
      await Promise.all([send(line), ...shares.map(send)]);
      const there = (await idsThere()).filter((id) => id.startsWith('evt_bulk'));
      assert.deepEqual([...there].sort(), ids);
      assert.deepEqual(
        there.filter((id) => line.includes(id)),
        line,
      );
    });

    test('a queue that is not there is said in words', async () => {
      const outcome = await put('evt_missing', { url: broker.missing });
      assert.equal(outcome.error, 'rejected');
      assert.match(outcome.detail, broker.missingWords);
    });

    test('after a refusal the others still arrive', async () => {
      const [bad, good] = await Promise.all([put('evt_bad', { url: broker.missing }), put('evt_good')]);
      assert.equal(bad.error, 'rejected');
      assert.equal(good.error, null, good.detail);
    });

    test('wrong credentials are said in words, without them', async (t) => {
      if (broker.forbidden === null) return t.skip('it knows no credentials');
      const outcome = await put('evt_forbidden', { url: broker.forbidden });
      assert.equal(outcome.error, 'rejected', outcome.detail);
      assert.match(outcome.detail, /auth|password|access|login|role|credential|token/i);
      assert.doesNotMatch(outcome.detail, /wrong(?!-| user|pass)\b/);
    });

    test('a message that is too large is refused with the limit and what to do, those beside and after it arrive', async (t) => {
      if (broker.tooLarge.length === 0) return t.skip('it takes all that an event can have');
      for (const { bytes, words } of broker.tooLarge)
        for (const round of ['first', 'again']) {
          const beside = [1, 2, 3].map((n) => `evt_beside${n}_${round}_${bytes}`);
          const [large, ...small] = await Promise.all([
            put(`evt_large_${round}`, { body: `{"a":"${'x'.repeat(bytes)}"}` }),
            ...beside.map((id) => put(id)),
          ]);
          assert.equal(large!.error, 'rejected', large!.detail);
          assert.match(large!.detail, words);
          for (const one of small) assert.equal(one.error, null, one.detail);
          const there = await idsThere();
          for (const id of beside) assert.ok(there.includes(id), id);
        }
    });

    test('an address that is not public is not connected to', async () => {
      const strict = open({ dev: false, allowNetworks: [] });
      const outcome = await strict.send(queued(broker.url, 'evt_blocked'), patient);
      await strict.close();
      assert.equal(outcome.error, 'blocked_address');
      assert.ok(!(await idsThere()).includes('evt_blocked'));
    });

    test('while the broker is down each attempt fails soon, and once it is back they arrive', async () => {
      await broker.kill();
      const down = await put('evt_down');
      assert.ok(
        ['connection_refused', 'connection_reset'].includes(down.error!),
        `${down.error}: ${down.detail}`,
      );
      await broker.start();
      // It listens before it is ready.
      await eventually(60_000, async () => (await put('evt_back')).error === null);
      const there = await idsThere();
      assert.ok(there.includes('evt_back'));
      assert.equal(there.filter((id) => id.startsWith('evt_bulk')).length, bulk);
    });
  });
}
