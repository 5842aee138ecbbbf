import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attemptBodyBytes } from '../../core/limits/sending.ts';
import { faultOf } from './faults.ts';
import { detailOfStatus, textOf } from './response.ts';

test('a cut never goes through a character, however the body came in pieces', () => {
  const width = fc.constantFrom('a', 'é', '日', '😀');
  fc.assert(
    fc.property(width, fc.nat(7), fc.nat(attemptBodyBytes), (character, offset, split) => {
      const whole = 'x'.repeat(offset) + character.repeat(attemptBodyBytes);
      const bytes = Buffer.from(whole);
      const text = textOf([bytes.subarray(0, split), bytes.subarray(split)]);
      assert.ok(whole.startsWith(text));
      const length = Buffer.byteLength(text);
      assert.ok(length <= attemptBodyBytes && length > attemptBodyBytes - Buffer.byteLength(character));
    }),
  );
});

test('bytes that are no text at all do not make the cut fail', () => {
  assert.equal(textOf([Buffer.alloc(attemptBodyBytes + 5, 0x80)]).length, attemptBodyBytes);
});

test('whatever is thrown becomes a fault with words', () => {
  for (const thrown of [
    null,
    undefined,
    'x',
    7,
    {},
    new Error('odd'),
    Object.assign(new Error('e'), { code: 5 }),
  ]) {
    const fault = faultOf(thrown);
    assert.equal(fault.kind, 'protocol');
    assert.ok(fault.message.length > 0);
  }
});

test('what a redirect says of where it leads holds no user, query or fragment', () => {
  for (const [location, shown] of [
    ['https://user:pass@moved.example:8443/in?token=secret#secret', 'https://moved.example:8443/in'],
    ['/login?next=secret', '/login'],
    ['//user:secret@moved.example/in?secret', '//moved.example/in'],
    ['https://user:secret@[broken/in?secret', '//[broken/in'],
    ['mailto:secret@moved.example', 'mailto:'],
  ] as const) {
    const detail = detailOfStatus(302, { location });
    assert.equal(detail, `redirects are not followed; Location: ${shown}`);
  }
});
