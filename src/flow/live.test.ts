import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock } from '../../test/support/clock.ts';
import * as limits from '../core/limits/live.ts';
import type { Batch, Change } from '../core/live.ts';
import { Live } from './live.ts';

/** Nodes that hear each other, and how much was said. */
class Nodes {
  readonly clock = new ManualClock();
  readonly #ears: ((text: string) => void)[] = [];
  said = 0;

  node(): Live {
    const own = this.#ears.length;
    const whisper = (text: string): void => {
      assert.ok(Buffer.byteLength(text) <= limits.liveWhisperBytes);
      this.said += 1;
      for (const [at, hear] of this.#ears.entries()) if (at !== own) hear(text);
    };
    return new Live({
      clock: this.clock,
      store: { whisper, overhear: (hear) => void this.#ears.push(hear) },
    });
  }
}

/** What a reader was told so far. */
function reading(live: Live, accountNo: number): { batches: Batch[]; leave(): void } {
  const batches: Batch[] = [];
  let leave = (): void => {};
  const stream = live.watch({ accountNo, caller: 'key_1', kinds: null }, (act) => {
    leave = act;
  });
  void (async () => {
    for await (const batch of stream) if (batch !== null) batches.push(batch);
  })();
  return { batches, leave: () => leave() };
}

const change = (id: string): Change => ({ kind: 'event', id });

describe('what changes on another node', () => {
  test('is told on this one, within a moment, to those who watch that account', async () => {
    const nodes = new Nodes();
    const [here, there] = [nodes.node(), nodes.node()];
    const [ours, others] = [reading(here, 1), reading(here, 2)];
    await nodes.clock.settle();
    there.say(1, change('evt_1'));
    there.say(1, change('evt_2'));
    await nodes.clock.advance(limits.liveTellEveryMs);
    assert.deepEqual(ours.batches, [{ changes: [change('evt_1'), change('evt_2')], more: [] }]);
    assert.deepEqual(others.batches, []);
  });

  test('is said to nobody while nobody watches, and no longer once those who did have left', async () => {
    const nodes = new Nodes();
    const [here, there] = [nodes.node(), nodes.node()];
    there.say(1, change('evt_1'));
    await nodes.clock.advance(10_000);
    assert.equal(nodes.said, 0);
    assert.equal(there.isWatched, false);
    const reader = reading(here, 1);
    await nodes.clock.advance(10 * limits.liveToldForMs);
    assert.equal(there.isWatched, true);
    reader.leave();
    await nodes.clock.advance(limits.liveToldForMs);
    assert.equal(there.isWatched, false);
    const { said } = nodes;
    there.say(1, change('evt_2'));
    await nodes.clock.advance(10_000);
    assert.equal(nodes.said, said);
  });

  test('that is too much or too long to be said is told as more', async () => {
    const nodes = new Nodes();
    const [here, there] = [nodes.node(), nodes.node()];
    const { batches } = reading(here, 1);
    await nodes.clock.settle();
    const long = 'ü'.repeat(2000);
    for (let n = 0; n < 3; n++) there.say(1, { ...change('evt_1'), reference: long });
    there.say(1, { ...change('evt_1'), reference: long.repeat(3) });
    await nodes.clock.advance(2000);
    assert.equal(batches.flatMap(({ changes }) => changes).length, 3);
    assert.deepEqual(
      batches.flatMap(({ more }) => more),
      ['event'],
    );
    for (let n = 0; n < 1000; n++) there.say(1, change(`evt_${n}`));
    const { said } = nodes;
    await nodes.clock.advance(2000);
    assert.ok(nodes.said - said <= 3 + limits.livePerS / 10, String(nodes.said - said));
    assert.deepEqual(batches.at(-1), { changes: [], more: ['event'] });
  });
});

test('one account has so many places and no more, whoever watches it', () => {
  const live = new Nodes().node();
  const leave: (() => void)[] = [];
  const watch = (accountNo: number, caller: string): unknown =>
    live.watch({ accountNo, caller, kinds: null }, (act) => leave.push(act));
  for (let n = 0; n < limits.liveWatchersAccount; n += 1) watch(1, `por_${n}`);
  assert.throws(() => watch(1, 'key_1'), /This account is watched/);
  watch(2, 'key_2');
  leave[0]!();
  watch(1, 'key_1');
});
