import assert from 'node:assert/strict';
import { response } from '../../test/support/receiver.ts';
import type { Outcome } from '../core/attempt.ts';
import { timingsOf } from '../core/timings.ts';
import { type Declare, failed, hasty, patient, requestTo } from './sender-world.case.ts';

/** The steps that took place, in order. Together they take as long as the whole did. */
function stepsOf(outcome: Outcome): string[] {
  const timings = Object.entries(timingsOf(outcome.timings ?? ''));
  const took = timings.filter(([, ms]) => ms !== null);
  assert.ok(took.every(([, ms]) => Number.isInteger(ms) && ms! >= 0));
  assert.equal(
    took.reduce((sum, [, ms]) => sum + ms!, 0),
    outcome.durationMs,
  );
  return took.map(([step]) => step);
}

export function whereTheTimeGoes(promise: Declare): void {
  promise(
    'the time is told by step: of a new connection all, of a kept one waiting and reading',
    async (stage) => {
      const receiver = await stage.receiver({ certificate: 'receiver' });
      const sender = stage.sender({ names: async () => ['127.0.0.1'] });
      const send = () => sender.send(requestTo(`https://receiver.test:${receiver.port}/`), patient);
      assert.deepEqual(stepsOf(await send()), ['lookupMs', 'connectMs', 'tlsMs', 'waitMs', 'readMs']);
      assert.deepEqual(stepsOf(await send()), ['waitMs', 'readMs']);
    },
  );

  promise('an address in the URL is not looked up, and http has no TLS', async (stage) => {
    const outcome = await stage.answer(response(200, {}, 'ok'));
    assert.deepEqual(stepsOf(outcome), ['connectMs', 'waitMs', 'readMs']);
  });

  promise('of what fails on the way the steps are told up to where it failed', async (stage) => {
    const closed = await stage.receiver();
    await closed.close();
    const refused = await stage.sender().send(requestTo(closed.origin), patient);
    failed(refused, 'connection_refused');
    assert.deepEqual(stepsOf(refused), ['connectMs']);

    const unknown = stage.sender({ names: () => Promise.reject(new Error('ENOTFOUND')) });
    assert.deepEqual(stepsOf(await unknown.send(requestTo('https://receiver.test/'), patient)), ['lookupMs']);

    const plain = await stage.receiver({ script: () => {} });
    const stalled = await stage
      .sender()
      .send(requestTo(`https://127.0.0.1:${plain.port}/`), { timeoutMs: 10_000, connectTimeoutMs: 100 });
    failed(stalled, 'timeout', /no connection/);
    assert.deepEqual(stepsOf(stalled), ['connectMs', 'tlsMs']);
    assert.ok(timingsOf(stalled.timings!).tlsMs! >= 50, stalled.timings!);
  });

  promise('of what is stopped at its deadline it is told, and said, in which step', async (stage) => {
    const silent = await stage.receiver({ script: () => {} });
    const waiting = await stage.sender().send(requestTo(silent.origin), hasty);
    failed(waiting, 'timeout', /waiting for the response/);
    assert.deepEqual(stepsOf(waiting), ['connectMs', 'waitMs']);
    assert.ok(timingsOf(waiting.timings!).waitMs! >= 50, waiting.timings!);

    const reading = await stage.answer('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc', hasty);
    assert.equal(reading.responseTruncated, true);
    assert.deepEqual(stepsOf(reading), ['connectMs', 'waitMs', 'readMs']);

    const lost = stage.sender({ names: () => new Promise(() => {}) });
    const looking = await lost.send(requestTo('https://receiver.test/'), hasty);
    failed(looking, 'timeout', /looking the name up/);
    assert.deepEqual(stepsOf(looking), ['lookupMs']);
  });

  promise('what was not sent has no steps', async (stage) => {
    const outcome = await stage.sender().send(requestTo('ftp://shop.example/'), patient);
    failed(outcome, 'blocked_address');
    assert.equal(outcome.timings, null);
  });
}
