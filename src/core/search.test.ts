import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSearch } from './search.ts';

test('a path of data and a value ask for a member, written as a number or as a string', () => {
  const path = ['order', 'lines', '0', 'sku'];
  const written = ['A-1', '"A-1"'];
  assert.deepEqual(readSearch('data.order.lines.0.sku:A-1'), { kind: 'member', path, written, part: 'A-1' });
  assert.deepEqual(readSearch('data.id: 12 ').kind, 'member');
  const named = { kind: 'member', path: ['name'], written: ['"A \\"B\\""'], part: '"A \\"B\\""' };
  assert.deepEqual(readSearch('data.name:"A \\"B\\""'), named);
  assert.deepEqual(readSearch('data.name:A "B"'), {
    ...named,
    written: ['A "B"', '"A \\"B\\""'],
    part: 'A \\"B\\"',
  });
});

test('everything else asks for a text, as it stands', () => {
  for (const text of [
    'data',
    'data.id',
    'data.id:',
    'data:1',
    'data..id:1',
    'x data.id:1',
    'data.a b:1',
    ' 1 ',
  ])
    assert.deepEqual(readSearch(text), { kind: 'text', text });
});
