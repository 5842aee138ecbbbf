import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Broker, BrokerKind } from '../../test/support/brokers/broker.ts';
import { eventually } from '../../test/support/process.ts';
import type { AddressPolicy } from '../core/address.ts';
import { readQueueUrl } from '../core/queue.ts';
import { queued } from './destination.case.ts';
import type { Inbox, Inboxes, Waiting } from './inbox.ts';
import type { Sender } from './sender.ts';

const dev: AddressPolicy = { dev: true, allowNetworks: [] };
const patient = { timeoutMs: 20_000, connectTimeoutMs: 10_000 };

/** The promises of `ports/inbox.ts`, kept with a broker that runs. */
export function inboxContract(
  kind: BrokerKind,
  open: (policy: AddressPolicy) => { sender: Sender; inboxes: Inboxes },
): void {
  describe(`from ${kind.name}`, { skip: kind.skip }, () => {
    let broker: Broker;
    let sender: Sender;
    let inboxes: Inboxes;
    const opened = async (from: string = broker.from!): Promise<Inbox> => {
      const read = readQueueUrl(from, 'from', dev);
      assert.ok(typeof read !== 'string', String(read));
      return await inboxes.open(read.url, read.password);
    };
    const put = async (ids: string[]): Promise<void> => {
      for (const id of ids) {
        const outcome = await sender.send(queued(broker.url, id, { reference: 'ord-1' }), patient);
        assert.equal(outcome.error, null, outcome.detail);
      }
    };
    const taken = async (inbox: Inbox, count: number): Promise<Waiting[]> => {
      const found: Waiting[] = [];
      for (let n = 0; found.length < count && n < 50; n += 1)
        found.push(...(await inbox.take(count - found.length, 1000)));
      return found;
    };
    const idsOf = (messages: Waiting[]): (string | undefined)[] =>
      messages.map(({ headers }) => headers[headers.indexOf('surehook-event-id') + 1]);

    before(async () => {
      broker = await kind.start();
      ({ sender, inboxes } = open(dev));
    });
    after(async () => {
      await sender.close();
      await broker.close();
    });

    test('messages are taken whole and in order; what is acknowledged does not come again', async () => {
      await put(['evt_1', 'evt_2', 'evt_3']);
      const inbox = await opened();
      const messages = await taken(inbox, 3);
      assert.deepEqual(idsOf(messages), ['evt_1', 'evt_2', 'evt_3']);
      assert.equal(Buffer.from(messages[0]!.body).toString(), '{"id":"evt_1","name":"Zoë ✓"}');
      assert.equal(new Set(messages.map(({ id }) => id)).size, 3);
      await inbox.done(messages);
      assert.deepEqual(await inbox.take(3, 300), []);
      await inbox.close();
      const again = await opened();
      assert.deepEqual(await again.take(3, 1000), []);
      await again.close();
    });

    test('what was taken and not acknowledged is handed out again, by the same name', async () => {
      await put(['evt_4', 'evt_5', 'evt_6']);
      const first = await opened();
      const before = await taken(first, 3);
      await first.done(before.slice(0, 1));
      await first.close();
      const second = await opened();
      const after = await taken(second, 2);
      // Not every broker keeps the order the second time, nor while somebody has just gone.
      assert.deepEqual(idsOf(after).sort(), idsOf(before.slice(1)).sort());
      assert.deepEqual(
        after.map(({ id }) => id).sort(),
        before
          .slice(1)
          .map(({ id }) => id)
          .sort(),
      );
      await second.done(after);
      await second.close();
    });

    test('it says how many messages the broker still has', async () => {
      const inbox = await opened();
      await put(['evt_7', 'evt_8']);
      assert.equal(await inbox.lag(), 2);
      await inbox.done(await taken(inbox, 2));
      assert.equal(await inbox.lag(), 0);
      await inbox.close();
    });

    test('wrong credentials, and an address that is not public, are said in words', async () => {
      await assert.rejects(
        opened(broker.from!.replace(/:([^:@]*)@/, ':wrong@')),
        /auth|password|access|sasl/i,
      );
      const read = readQueueUrl(broker.from!, 'from', dev);
      assert.ok(typeof read !== 'string');
      const strict = open({ dev: false, allowNetworks: [] });
      await assert.rejects(strict.inboxes.open(read.url, read.password), /public/);
      await strict.sender.close();
    });

    test('who waits hears that the broker is gone, and goes on when it is back', async () => {
      const inbox = await opened();
      const waiting = assert.rejects(inbox.take(1, 60_000));
      await broker.kill();
      await waiting;
      await inbox.close();
      await broker.start();
      const again = await eventually(60_000, () => opened().catch(() => false as const));
      await put(['evt_9']);
      // A broker that falls may have forgotten what was acknowledged last.
      const found: (string | undefined)[] = [];
      while (!found.includes('evt_9') && found.length < 20) {
        const messages = await taken(again, 1);
        found.push(...idsOf(messages));
        await again.done(messages);
      }
      assert.ok(found.includes('evt_9'));
      await again.close();
    });
  });
}
