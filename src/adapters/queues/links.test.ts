import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as limits from '../../core/limits/queues.ts';
import type { Link } from './link.ts';
import { Links } from './links.ts';

/** Connections that only say what became of them. */
function stage(): {
  links: Links;
  opened: string[];
  closed: string[];
  at(ms: number): void;
  open(key: string): () => Promise<Link>;
} {
  let nowMs = 0;
  const opened: string[] = [];
  const closed: string[] = [];
  return {
    links: new Links(() => nowMs),
    opened,
    closed,
    at: (ms) => {
      nowMs = ms;
    },
    open: (key) => async () => {
      opened.push(key);
      return { put: async () => '', close: () => closed.push(key) };
    },
  };
}

const said = async (): Promise<string> => 'said';

test('a connection is opened once and shared', async () => {
  const { links, opened, open } = stage();
  await Promise.all([links.use('a', open('a'), said), links.use('a', open('a'), said)]);
  await links.use('a', open('a'), said);
  assert.deepEqual(opened, ['a']);
});

test('one that could not be opened, or is gone, is opened again', async () => {
  const { links, opened, open } = stage();
  await assert.rejects(
    links.use('a', () => Promise.reject(new Error('no')), said),
    /no/,
  );
  let leave = (): void => {};
  await links.use(
    'a',
    async (gone) => {
      leave = gone;
      return await open('first')();
    },
    said,
  );
  leave();
  await links.use('a', open('second'), said);
  assert.deepEqual(opened, ['first', 'second']);
});

test('what nothing goes through is closed after a while, what is in use is not', async () => {
  const { links, closed, open, at } = stage();
  await links.use('idle', open('idle'), said);
  let finish = (_: string): void => {};
  const busy = links.use('busy', open('busy'), () => new Promise<string>((resolve) => (finish = resolve)));
  at(limits.queueIdleMs - 1);
  links.closeIdle();
  at(limits.queueIdleMs);
  links.closeIdle();
  await Promise.resolve();
  assert.deepEqual(closed, ['idle']);
  finish('');
  await busy;
});

test('there are no more than so many: the longest unused makes room, and where all are in use there is none', async () => {
  const { links, closed, open } = stage();
  for (let n = 0; n <= limits.queueConnections; n += 1) await links.use(`k${n}`, open(`k${n}`), said);
  assert.equal(links.size, limits.queueConnections);
  assert.deepEqual(closed, ['k0']);
  links.close();
  for (let n = 0; n < limits.queueConnections; n += 1)
    void links.use(`b${n}`, open(`b${n}`), () => new Promise(() => {}));
  await assert.rejects(links.use('more', open('more'), said), /the most there can be/);
});

test('one that confirms nothing any more is closed, one that does is not', async () => {
  const { links, closed, open, at } = stage();
  at(10);
  await links.use('a', open('a'), said);
  links.dropSilent('a', 5);
  await Promise.resolve();
  assert.deepEqual(closed, []);
  links.dropSilent('a', 11);
  await Promise.resolve();
  assert.deepEqual(closed, ['a']);
});
