import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { statementItemsBeside } from '../../core/limits/store.ts';
import { Grouped } from './grouped.ts';

/** Statements that end when the test lets them. */
function scripted() {
  const begun: { items: number[]; end: () => void }[] = [];
  const grouped = new Grouped<number, number>({
    flights: 2,
    run: (items) => new Promise((resolve) => begun.push({ items, end: () => resolve(items) })),
    // Negative ones go alone.
    mayMeet: (first, other) => first >= 0 && other >= 0,
  });
  return { begun, grouped, sizes: () => begun.map(({ items }) => items.length) };
}

const many = Array.from({ length: statementItemsBeside }, (_, i) => i);

describe('statements that are gathered', () => {
  test('what is asked for in one turn goes together, and each caller gets its own results', async () => {
    const { begun, grouped } = scripted();
    const asked = [grouped.ask([1, 2]), grouped.ask([3])];
    await turn();
    assert.deepEqual(
      begun.map(({ items }) => items),
      [[1, 2, 3]],
    );
    begun[0]!.end();
    assert.deepEqual(await Promise.all(asked), [[1, 2], [3]]);
  });

  test('a few wait for the statement that is under way, and go together after it', async () => {
    const { begun, grouped, sizes } = scripted();
    const asked = [grouped.ask([1])];
    await turn();
    asked.push(grouped.ask([2]));
    await turn();
    asked.push(grouped.ask(many.slice(1)));
    assert.deepEqual(sizes(), [1]);
    await turn();
    assert.deepEqual(sizes(), [1, statementItemsBeside], 'enough of them go beside it');
    asked.push(grouped.ask([3]));
    await turn();
    assert.deepEqual(sizes(), [1, statementItemsBeside]);
    begun[0]!.end();
    await turn();
    assert.deepEqual(sizes(), [1, statementItemsBeside], 'one is still under way');
    begun[1]!.end();
    await turn();
    assert.deepEqual(sizes(), [1, statementItemsBeside, 1]);
    begun[2]!.end();
    await Promise.all(asked);
  });

  test('what goes alone anyway waits for nobody, as long as there is room for another statement', async () => {
    const { begun, grouped, sizes } = scripted();
    const asked = [grouped.ask([1])];
    await turn();
    asked.push(grouped.ask([-1]), grouped.ask([-2]));
    await turn();
    assert.deepEqual(sizes(), [1, 1]);
    begun[1]!.end();
    await turn();
    assert.deepEqual(sizes(), [1, 1, 1]);
    for (const { end } of begun) end();
    await Promise.all(asked);
  });
});
