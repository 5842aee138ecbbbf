import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import { createReceiver, type ReceiverOptions } from './receiver.ts';
import { memorySeen } from './seen.ts';
import { signedRequest, tamperedRequest } from './testing.ts';
import type { WebhookEvent } from './webhook.ts';

const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

function order(id: string, type = 'order.fulfilled', data: object = { reference: 'ORD-1' }) {
  return signedRequest({ secret, id, body: { type, data } });
}

/** Something that ends when it is told to. */
function gate(): { opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function receiverWith(options: ReceiverOptions) {
  const errors: unknown[] = [];
  const receiver = createReceiver({ secret, onError: (error) => errors.push(error), ...options });
  return { receiver, errors };
}

describe('a receiver that answers first', () => {
  test('answers before its handler has begun, and does the work after', async () => {
    const done: string[] = [];
    const { receiver } = receiverWith({ on: { '*': ({ id }) => done.push(id) } });
    const answer = await receiver.answer(await order('evt_1'));
    assert.deepEqual([answer.status, answer.body, done], [200, '{"received":true}', []]);
    await receiver.idle();
    assert.deepEqual(done, ['evt_1']);
  });

  test('an event that comes again is acknowledged and not handled again', async () => {
    const done: string[] = [];
    const { receiver } = receiverWith({ on: { '*': ({ id }) => done.push(id) } });
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => receiver.answer(await order('evt_1'))),
    );
    await receiver.idle();
    const again = await receiver.answer(await order('evt_1'));
    assert.ok([...answers, again].every(({ status }) => status === 200));
    assert.equal(again.body, '{"received":true,"duplicate":true}');
    assert.deepEqual(done, ['evt_1']);
  });

  test('what its handler throws is told to onError with the event, and the event can come again', async () => {
    const told: [unknown, string | undefined][] = [];
    let isBroken = true;
    const done: string[] = [];
    const receiver = createReceiver({
      secret,
      on: {
        '*': ({ id }) => {
          if (isBroken) throw new Error('no database');
          done.push(id);
        },
      },
      onError: (error, event) => told.push([(error as Error).message, event?.id]),
    });
    assert.equal((await receiver.answer(await order('evt_1'))).status, 200);
    await receiver.idle();
    assert.deepEqual(told, [['no database', 'evt_1']]);
    isBroken = false;
    await receiver.answer(await order('evt_1'));
    await receiver.idle();
    assert.deepEqual(done, ['evt_1']);
  });

  test('work is bounded: so many at once, so many waiting, and the next sender is told to come later', async () => {
    const first = gate();
    let running = 0;
    let most = 0;
    const { receiver } = receiverWith({
      concurrency: 2,
      waitingMax: 3,
      on: {
        '*': async () => {
          running += 1;
          most = Math.max(most, running);
          await first.opened;
          running -= 1;
        },
      },
    });
    const statuses: number[] = [];
    for (let i = 0; i < 20; i += 1) statuses.push((await receiver.answer(await order(`evt_${i}`))).status);
    assert.ok(statuses.filter((status) => status === 200).length <= 5, String(statuses));
    const refused = await receiver.answer(await order('evt_last'));
    assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '5']);
    first.open();
    await receiver.idle();
    assert.equal(most, 2);
    assert.equal((await receiver.answer(await order('evt_last'))).status, 200);
  });
});

describe('a receiver that answers last', () => {
  test('the sender learns that a handler threw, and its next try is handled', async () => {
    let calls = 0;
    const { receiver, errors } = receiverWith({
      answer: 'last',
      on: {
        'order.*': () => {
          calls += 1;
          if (calls === 1) throw new Error('no database');
        },
      },
    });
    assert.equal((await receiver.answer(await order('evt_1'))).status, 500);
    assert.equal((await receiver.answer(await order('evt_1'))).status, 200);
    assert.match((await receiver.answer(await order('evt_1'))).body, /duplicate/);
    assert.deepEqual([calls, errors.length], [2, 1]);
  });

  test('while an event is being handled, another try of it is told to come later: nobody knows yet whether it will be done', async () => {
    const work = gate();
    const begun = gate();
    const { receiver } = receiverWith({
      answer: 'last',
      on: {
        '*': async () => {
          begun.open();
          await work.opened;
        },
      },
    });
    const first = receiver.answer(await order('evt_1'));
    await begun.opened;
    assert.equal((await receiver.answer(await order('evt_1'))).status, 503);
    work.open();
    assert.equal((await first).status, 200);
  });

  test('work that died with its process is done again when its lease is over', async () => {
    let nowMs = 0;
    const seen = memorySeen({ now: () => nowMs });
    await seen.claim('evt_1', 600_000);
    const { receiver } = receiverWith({ answer: 'last', seen, on: { '*': () => undefined } });
    assert.equal((await receiver.answer(await order('evt_1'))).status, 503);
    nowMs = 600_000;
    assert.equal((await receiver.answer(await order('evt_1'))).body, '{"received":true}');
  });
});

describe('what a receiver answers', () => {
  test('a queue that fails is told to the sender as 500, and one that holds gets every event once', async () => {
    const queued: WebhookEvent[] = [];
    let isBroken = true;
    const { receiver } = receiverWith({
      enqueue: (event) => {
        if (isBroken) throw new Error('disk full');
        queued.push(event);
      },
    });
    assert.equal((await receiver.answer(await order('evt_1'))).status, 500);
    isBroken = false;
    for (let i = 0; i < 3; i += 1) assert.equal((await receiver.answer(await order('evt_1'))).status, 200);
    assert.deepEqual(
      queued.map(({ id }) => id),
      ['evt_1'],
    );
    assert.equal(receiver.isAnswerFirst, false);
  });

  test('a request that is not believed gets 401 and no reason; the log gets it', async () => {
    const { receiver, errors } = receiverWith({ on: { '*': () => assert.fail('never') } });
    const answer = await receiver.answer(await tamperedRequest({ secret, body: { type: 'a' } }));
    assert.equal(answer.status, 401);
    assert.doesNotMatch(answer.body, /mismatch|secret/);
    assert.match(String(errors[0]), /No signature fits/);
  });

  test('types nobody handles are acknowledged; of those that fit the most specific handler runs', async () => {
    const ran: string[] = [];
    const { receiver, errors } = receiverWith({
      on: { 'order.*': () => ran.push('order.*'), 'order.paid': () => ran.push('order.paid') },
    });
    for (const type of ['pet.adopted', 'order.paid', 'order.failed'])
      assert.equal((await receiver.answer(await order(type, type))).status, 200);
    await receiver.idle();
    assert.deepEqual([ran, errors], [['order.paid', 'order.*'], []]);
  });

  test('data that is not what was expected gets 422, by Ajv, by a function or by a standard schema', async () => {
    const schema = { type: 'object', required: ['reference'] };
    const standard = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) =>
          (value as { reference?: string }).reference === undefined
            ? { issues: [{ message: 'reference is missing' }] }
            : { value: { reference: 'changed' } },
      },
    };
    const throws = (data: unknown) => {
      if ((data as { reference?: string }).reference === undefined) throw new Error('reference is missing');
    };
    for (const validator of [new Ajv().compile(schema), standard, throws]) {
      const seen: unknown[] = [];
      const { receiver, errors } = receiverWith({
        validate: { 'order.*': validator },
        answer: 'last',
        on: { '*': ({ data }) => seen.push(data) },
      });
      assert.equal((await receiver.answer(await order('a', 'order.paid', {}))).status, 422);
      assert.match(String(errors[0]), /reference/);
      assert.equal((await receiver.answer(await order('b'))).status, 200);
      assert.deepEqual(seen, [{ reference: validator === standard ? 'changed' : 'ORD-1' }]);
    }
  });

  test('a store that fails is a 500, not a lost event', async () => {
    const broken = () => {
      throw new Error('no connection');
    };
    const seen = { claim: broken, keep: broken, release: broken };
    const { receiver } = receiverWith({ seen, on: { '*': () => undefined } });
    assert.equal((await receiver.answer(await order('evt_1'))).status, 500);
  });

  test('handlers are typed by their type', async () => {
    interface Events {
      'order.paid': { total: number };
    }
    let total = 0;
    const receiver = createReceiver<Events>({
      secret,
      on: {
        'order.paid': ({ data }) => {
          total = data.total;
        },
        'order.*': ({ type }) => assert.fail(type),
      },
    });
    await receiver.answer(await order('evt_1', 'order.paid', { total: 12.5 }));
    await receiver.idle();
    assert.equal(total, 12.5);
  });
});
