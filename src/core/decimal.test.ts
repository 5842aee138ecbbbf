import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { compareDecimals, isDecimal } from './decimal.ts';

const sign = (n: number): number => Math.sign(n) + 0;

test('the same number written in two ways is equal', () => {
  for (const [a, b] of [
    ['12.50', '12.5'],
    ['1e2', '100'],
    ['-0', '0'],
    ['0e99', '0.000'],
    ['1E+2', '1000e-1'],
    ['0.001', '1e-3'],
    ['-1.0', '-1'],
  ] as const) {
    assert.equal(compareDecimals(a, b), 0, `${a} ${b}`);
  }
});

test('numbers that are one double are still told apart', () => {
  assert.ok(compareDecimals('12345678901234567890', '12345678901234567891') < 0);
  assert.ok(compareDecimals('0.1', '0.1000000000000000055') < 0);
  assert.ok(compareDecimals('1e400', '1e401') < 0);
  assert.ok(compareDecimals('-1e400', '-1e401') > 0);
});

test('the order is that of the integers, at any scale', () => {
  const scaled = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 6 }));
  fc.assert(
    fc.property(scaled, scaled, ([a, ea], [b, eb]) => {
      const x = a * 10n ** BigInt(ea);
      const y = b * 10n ** BigInt(eb);
      assert.equal(sign(compareDecimals(`${a}e${ea}`, `${b}E+${eb}`)), x < y ? -1 : x > y ? 1 : 0);
    }),
  );
});

test('the order never contradicts that of doubles', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (a, b) => {
        assert.equal(sign(compareDecimals(String(a + 0), String(b + 0))), a < b ? -1 : a > b ? 1 : 0);
      },
    ),
  );
});

test('a huge exponent costs nothing and is the larger one', () => {
  const huge = `1e${'9'.repeat(10_000)}`;
  assert.ok(compareDecimals(huge, '1e999999999') > 0);
  assert.ok(compareDecimals(`1e-${'9'.repeat(10_000)}`, '1e-999999999') < 0);
  assert.equal(compareDecimals(`0e${'9'.repeat(10_000)}`, '0'), 0);
  assert.equal(compareDecimals(`1e${'0'.repeat(10_000)}2`, '100'), 0);
});

test('what is not a JSON number has no order', () => {
  for (const bad of [
    '',
    '01',
    '1.',
    '.5',
    '+1',
    'NaN',
    'Infinity',
    '1e',
    '"1"',
    ' 1',
    '1\n',
    '0x1',
    'null',
  ]) {
    assert.ok(Number.isNaN(compareDecimals(bad, '1')), bad);
    assert.equal(isDecimal(bad), false);
  }
});
