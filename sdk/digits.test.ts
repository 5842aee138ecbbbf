import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { numberTextAt } from './digits.ts';

describe('a number as it is written', () => {
  test('keeps its digits wherever it stands', () => {
    const text = ' {"a" : [ {"b":1} , [] , -12.50 ] , "id":820982911946154508,"e":1e400 , "s\\u0041":7.0}';
    const rows: [string, string | null][] = [
      ['/id', '820982911946154508'],
      ['/a/2', '-12.50'],
      ['/a/0/b', '1'],
      ['/e', '1e400'],
      ['/sA', '7.0'],
      ['/a/1', null],
      ['/a/3', null],
      ['/a/-', null],
      ['/a/00', null],
      ['/a', null],
      ['/none', null],
      ['/id/x', null],
      ['', null],
    ];
    for (const [pointer, expected] of rows) assert.equal(numberTextAt(text, pointer), expected, pointer);
    assert.equal(numberTextAt('12.50', ''), '12.50');
    assert.equal(numberTextAt('{"a/b~":3.0}', '/a~1b~0'), '3.0');
  });

  test('of two members with one name the last counts, as with JSON.parse', () => {
    assert.equal(numberTextAt('{"a":1.0,"b":{"a":3},"a":2.0}', '/a'), '2.0');
    assert.equal(numberTextAt('{"a":1.0,"a":"x"}', '/a'), null);
  });

  test('is the one that JSON.parse finds, in any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, spaces) => {
        const text = JSON.stringify(value, null, spaces);
        const walk = (at: unknown, pointer: string): void => {
          if (typeof at === 'number') assert.equal(Number(numberTextAt(text, pointer)), at);
          else if (at === null || typeof at !== 'object') assert.equal(numberTextAt(text, pointer), null);
          else
            for (const [name, inner] of Object.entries(at))
              walk(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
        };
        walk(JSON.parse(text), '');
      }),
    );
  });
});
