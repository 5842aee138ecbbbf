import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueueFault } from './fault.ts';
import { textOf } from './text.ts';

test('what is text keeps every byte, a mark at its beginning too', () => {
  const bytes = Buffer.from('\uFEFF{"a":"Zoë ✓ 🐘"}');
  assert.deepEqual(Buffer.from(textOf(bytes, 'SQS')), bytes);
});

test('what is no text is refused instead of changed', () => {
  assert.throws(
    () => textOf(Buffer.from([0x7b, 0xff, 0x7d]), 'SQS'),
    ({ kind, message }: QueueFault) =>
      kind === 'protocol' && /not UTF-8 text, and SQS holds nothing else/.test(message),
  );
});
