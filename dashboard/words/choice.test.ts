import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenAfter } from './choice.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];
const after = (chosen: string[], clicked: string, from: string | null): string =>
  [...chosenAfter({ ids, chosen: new Set(chosen) }, clicked, from)].sort().join('');

test('a click chooses one or lets it go', () => {
  assert.equal(after([], 'b', null), 'b');
  assert.equal(after(['a', 'b'], 'b', null), 'a');
});

test('a click with Shift makes the span from the last one what the clicked one becomes, up and down', () => {
  assert.equal(after(['b'], 'd', 'b'), 'bcd');
  assert.equal(after(['d'], 'a', 'd'), 'abcd');
  assert.equal(after(['a', 'b', 'c', 'd'], 'c', 'b'), 'ad');
});

test('where the last one is no longer listed, only the clicked one changes', () => {
  assert.equal(after(['gone'], 'c', 'gone'), 'cgone');
});
