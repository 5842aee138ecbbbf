import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indented, memberTexts, pieces, visible } from './text.ts';

test('what would hide or turn the text around is shown as a sign', () => {
  assert.equal(visible('a\u0007b\u0000c\u007f\n\t'), 'a␇b␀c⟨7f⟩\n\t');
  assert.equal(visible('\u202Eevil'), '⟨202e⟩evil');
});

test('JSON is indented without changing a digit of it', () => {
  const text = '{"a":12.50,"b":[],"c":[1,{"d":"x, {y}\\""}],"big":12345678901234567890}';
  assert.equal(
    indented(text),
    '{\n  "a": 12.50,\n  "b": [],\n  "c": [\n    1,\n    {\n      "d": "x, {y}\\""\n    }\n  ],\n  "big": 12345678901234567890\n}',
  );
  assert.equal(indented(' [ ]\n'), '[]');
  assert.equal(indented('{"a" : {   }, "b":true}'), '{\n  "a": {},\n  "b": true\n}');
  assert.equal(indented('no json'), null);
  assert.equal(indented('[1,'), null);
});

test('the members of an object are texts with every digit that they came with', () => {
  const text = '{"a":1.50,"filter":{"/n":{"eq":12345678901234567890},"s":[]},"b":"x,","c\\"":null}';
  assert.deepEqual(memberTexts(text), {
    a: '1.50',
    filter: '{\n  "/n": {\n    "eq": 12345678901234567890\n  },\n  "s": []\n}',
    b: '"x,"',
    'c"': 'null',
  });
  assert.deepEqual(memberTexts('{}'), {});
});

test('thousands of brackets do not become gigabytes of spaces', () => {
  const deep = '['.repeat(8000) + ']'.repeat(8000);
  assert.equal(indented(deep), null);
  const fits = '['.repeat(4000) + ']'.repeat(4000);
  assert.ok((indented(fits) ?? '').length < 50 * fits.length);
});

test('pieces are the whole text, none of them longer than asked, cut at line ends where there are some', () => {
  for (const text of ['', 'x'.repeat(25), 'one line\n'.repeat(9), `${'y'.repeat(30)}\n${'z'.repeat(30)}`]) {
    const found = pieces(text, 10);
    assert.equal(found.join(''), text);
    assert.ok(found.every((piece) => piece.length > 0 && piece.length <= 10));
  }
  assert.deepEqual(pieces('12345678\nabc', 10), ['12345678\n', 'abc']);
});
