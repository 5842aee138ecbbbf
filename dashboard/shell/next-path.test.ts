import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPath } from './next-path.ts';

test('A75 after signing in one lands on this server, whatever the address asks for', () => {
  const ask = (next: string): string => nextPath(`?${new URLSearchParams({ next })}`);
  assert.equal(ask('/deliveries/dlv_1?status=dead'), '/deliveries/dlv_1?status=dead');
  assert.equal(nextPath(''), '/');
  for (const evil of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '\t//evil.example',
    '/\t/evil.example',
    '/\n/evil',
  ])
    assert.equal(ask(evil), '/', evil);
});
