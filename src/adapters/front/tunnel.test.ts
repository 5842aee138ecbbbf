import assert from 'node:assert/strict';
import { once } from 'node:events';
import { beforeEach, describe, type TestContext, test } from 'node:test';
import { tunnelBytes } from '../../core/limits/front.ts';
import type { Told } from './messages.ts';
import { Tunnel } from './tunnel.ts';

const number = 7;
const setTime = Tunnel.prototype.setTimeout;

/** Time in the test's hand. That of node:test does not know `refresh`. */
function tickOf({ mock }: TestContext): (ms: number) => void {
  let nowMs = 0;
  const timers = new Set<{ atMs: number; fire: () => void }>();
  mock.method(globalThis, 'setTimeout', (fire: () => void, delayMs: number) => {
    const timer = {
      atMs: nowMs + delayMs,
      fire,
      unref: () => timer,
      refresh() {
        timer.atMs = nowMs + delayMs;
        return timer;
      },
    };
    timers.add(timer);
    return timer;
  });
  mock.method(globalThis, 'clearTimeout', (timer: { atMs: number; fire: () => void }) =>
    timers.delete(timer),
  );
  return (ms) => {
    nowMs += ms;
    for (const timer of timers) {
      if (timer.atMs > nowMs) continue;
      timer.atMs = Number.POSITIVE_INFINITY;
      timer.fire();
    }
  };
}

describe('a connection that was passed on, as the server sees it', () => {
  let tunnel: Tunnel;
  let told: Told[];

  beforeEach(() => {
    told = [];
    tunnel = new Tunnel({ number, remoteAddress: '127.0.0.1', tell: (one) => void told.push(one) });
  });
  const hearBytes = (bytes: number): void =>
    tunnel.hear({ kind: 'bytes', tunnel: number, text: 'x'.repeat(bytes) });
  const takenBytes = (): number[] => told.flatMap((one) => (one.kind === 'taken' ? one.bytes : []));

  /** Writes; the answer says whether it was called back yet. */
  function write(bytes: number): () => boolean {
    const done = { is: false };
    tunnel.write(Buffer.alloc(bytes), () => {
      done.is = true;
    });
    return () => done.is;
  }
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  test('tells when nothing came or went for so long, and not before', (t) => {
    const tick = tickOf(t);
    const called = t.mock.fn();
    const emitted = t.mock.fn();
    tunnel.on('timeout', emitted);
    setTime.call(tunnel, 100, called);
    tick(99);
    hearBytes(1);
    tick(99);
    tunnel.write('x');
    tick(99);
    assert.deepEqual([called.mock.callCount(), emitted.mock.callCount()], [0, 0]);
    tick(1);
    assert.deepEqual([called.mock.callCount(), emitted.mock.callCount()], [1, 1]);
    // What comes later counts from then on.
    hearBytes(1);
    tick(100);
    assert.deepEqual([called.mock.callCount(), emitted.mock.callCount()], [1, 2]);
  });

  test('tells of no time that was taken back, made longer, or outlived', (t) => {
    const tick = tickOf(t);
    const emitted = t.mock.fn();
    tunnel.on('timeout', emitted);
    setTime.call(tunnel, 100);
    setTime.call(tunnel, 0);
    tick(100);
    setTime.call(tunnel, 100);
    setTime.call(tunnel, 300);
    tick(299);
    tunnel.destroy();
    tick(300);
    assert.equal(emitted.mock.callCount(), 0);
  });

  test('a write waits while enough is on its way, to the byte', async () => {
    const [half, whole] = [write(tunnelBytes / 2), write(tunnelBytes / 2)];
    await turn();
    assert.deepEqual([half(), whole()], [true, false]);
    tunnel.hear({ kind: 'taken', tunnel: number, bytes: tunnelBytes / 2 + 1 });
    const [less, more] = [write(tunnelBytes / 2), write(1)];
    await turn();
    assert.deepEqual([whole(), less(), more()], [true, true, false]);
  });

  test('a write that waits for room is called back when the connection is over', async () => {
    const waiting = write(tunnelBytes);
    await turn();
    assert.equal(waiting(), false);
    tunnel.hear({ kind: 'closed', tunnel: number });
    await once(tunnel, 'close');
    assert.equal(waiting(), true);
    assert.deepEqual(told.at(-1), { kind: 'closed', tunnel: number });
  });

  test('what came is told to be taken when it was read, and every byte of it once', async () => {
    let sum = 0;
    const atLeast = Math.max(tunnelBytes, tunnel.readableHighWaterMark);
    for (const bytes of [atLeast, atLeast + 1, 2 * atLeast - 1]) {
      hearBytes(bytes);
      await turn();
      assert.equal(
        takenBytes().reduce((all, one) => all + one, 0),
        sum,
      );
      assert.equal(tunnel.read()?.length, bytes);
      sum += bytes;
      assert.equal(
        takenBytes().reduce((all, one) => all + one, 0),
        sum,
      );
    }
  });

  test('what comes by drops is told to be taken in halves of what may be on its way', async () => {
    tunnel.on('data', () => {});
    await turn();
    const drop = 1000;
    const drops = Math.ceil((3 * tunnelBytes) / drop);
    for (let at = 0; at < drops; at += 1) hearBytes(drop);
    await turn();
    const half = Math.ceil(tunnelBytes / 2 / drop) * drop;
    assert.deepEqual(takenBytes(), Array(Math.floor((drops * drop) / half)).fill(half));
  });
});
