import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf } from './hex.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

test('every byte stands at its place, with what can be read of it beside', () => {
  assert.deepEqual(hexOf(bytesOf('')), { text: '', isCut: false });
  assert.equal(
    hexOf(bytesOf('{"total":"12 €",\n1}')).text,
    '00000000  7b 22 74 6f 74 61 6c 22 3a 22 31 32 20 e2 82 ac  {"total":"12 ...\n' +
      '00000010  22 2c 0a 31 7d                                   ",.1}',
  );
});

test('of what is very long the beginning is shown, and said to be one', () => {
  assert.equal(hexOf(new Uint8Array(64 * 1024)).isCut, false);
  const { text, isCut } = hexOf(new Uint8Array(64 * 1024 + 1));
  assert.equal(isCut, true);
  assert.equal(text.split('\n').length, 4096);
});
