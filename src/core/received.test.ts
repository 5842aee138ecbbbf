import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as limits from './limits/sources.ts';
import { bodyOf, carry, formOf, headersOf, writeReceived } from './received.ts';

const types = fc.constantFrom(
  undefined,
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'APPLICATION/X-WWW-FORM-URLENCODED; charset=utf-8',
);
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => new TextEncoder().encode(text)),
  fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
);

test('whatever a body is, its event is JSON and every byte comes out of it again', () => {
  fc.assert(
    fc.property(bodies, types, (body, type) => {
      const { form, data } = carry(body, type);
      assert.doesNotThrow(() => JSON.parse(data));
      assert.deepEqual(bodyOf(data, writeReceived(form, [], [])), body);
    }),
  );
});

test('headers come out as they went in, in their order, names in lower case', () => {
  const received = writeReceived('bytes', ['X-A', '1', 'x-b', '', 'X-A', 'é'], []);
  assert.equal(formOf(received), 'bytes');
  assert.deepEqual(headersOf(received), ['x-a', '1', 'x-b', '', 'x-a', 'é']);
  assert.deepEqual(headersOf(writeReceived('json', [], [])), []);
});

test('the connection’s headers, credentials, what proxies add and a secret itself stay out', () => {
  const own = [
    'Host',
    'Content-Length',
    'Connection',
    'Authorization',
    'Cookie',
    'X-Forwarded-For',
    'Surehook-Test',
  ];
  const flat = own.flatMap((name) => [name, 'x']);
  assert.deepEqual(
    headersOf(writeReceived('json', [...flat, 'x-token', 's3cr3t', 'x-kept', '1'], ['s3cr3t'])),
    ['x-kept', '1'],
  );
});

test('headers are kept up to their bound', () => {
  const flat = Array.from({ length: 100 }, (_, n) => [`x-${n}`, 'v'.repeat(1000)]).flat();
  const received = writeReceived('json', flat, []);
  assert.ok(received.length <= limits.receivedHeaderChars);
  assert.equal(headersOf(received).length % 2, 0);
});
