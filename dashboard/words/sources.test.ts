import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourcesWords } from './sources.ts';

test('whose events an endpoint takes is said by the names of the sources', () => {
  const names = new Map([['src_1', 'Supplier']]);
  assert.equal(sourcesWords(null, names), 'the API');
  assert.equal(sourcesWords(['src_1', '*'], names), 'any source');
  assert.equal(sourcesWords(['src_1', 'src_2'], names), 'Supplier, src_2');
});
