import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fromBase64, fromHex, toBase64, toHex } from './encoding.ts';

const bytes = fc.uint8Array({ maxLength: 100 });

describe('encodings', () => {
  test('bytes come back from base64 and hex as they were, written as everybody writes them', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        assert.equal(toBase64(given), Buffer.from(given).toString('base64'));
        assert.equal(toHex(given), Buffer.from(given).toString('hex'));
        assert.deepEqual(fromBase64(toBase64(given)), given);
        assert.deepEqual(fromHex(toHex(given)), given);
      }),
    );
  });

  test('two texts never mean the same bytes, but for padding left out', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const read = fromBase64(text);
        if (read !== null) assert.equal(toBase64(read).replace(/=+$/, ''), text.replace(/=+$/, ''));
      }),
    );
  });

  test('white space, the other alphabet, stray padding and stray bits are no base64', () => {
    for (const text of [
      'YQ==\n',
      ' YQ==',
      'Y Q==',
      '-_-_',
      'YQ=',
      'YQ===',
      '=YQ=',
      'YR==',
      'Y',
      'YWI=YWI=',
      'é',
    ]) {
      assert.equal(fromBase64(text), null, JSON.stringify(text));
    }
  });

  test('odd lengths and strange digits are no hex', () => {
    for (const text of ['a', 'abc', 'zz', '0x', 'ab ', 'ab\n']) assert.equal(fromHex(text), null, text);
  });
});
