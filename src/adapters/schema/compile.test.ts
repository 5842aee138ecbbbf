import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileSchema } from './compile.ts';

const found = (schema: Record<string, unknown>, data: unknown): string[] =>
  compileSchema(schema)(JSON.stringify(data)).map(({ pointer, detail }) => `${pointer} ${detail}`);

test('a pattern that would take JavaScript’s own expressions for ever answers', () => {
  const text = `${'a'.repeat(40)}!`;
  for (const pattern of ['(a+)+$', '^(a|a)*$', '^(\\w+\\s?)*$'])
    assert.equal(found({ pattern }, text).length, 1, pattern);
  assert.equal(found({ patternProperties: { '^(a+)+$': false } }, { [text]: 1 }).length, 0);
});

test('patterns mean what they mean in JavaScript', () => {
  const cases: [pattern: string, yes: string[], no: string[]][] = [
    ['^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$', ['me@shop.example'], ['me@shop', 'a b@c.d']],
    ['^ORD-\\d{4,}$', ['ORD-1234'], ['ORD-123', 'ORD-１２３４', 'ORD-1234\n']],
    ['^[\\w.-]+\\/[A-Z]{2}$', ['a.b/DE'], ['a b/DE']],
    ['^\\p{L}+$', ['héllo'], ['h3llo']],
    ['^.$', ['😀', 'x'], ['ab', '\n']],
    ['^(?<year>\\d{4})-\\u0041$', ['2026-A'], ['2026-B']],
    ['b', ['abc'], ['ac']],
  ];
  for (const [pattern, yes, no] of cases) {
    for (const text of yes) assert.deepEqual(found({ pattern }, text), [], `${pattern} ${text}`);
    for (const text of no) assert.equal(found({ pattern }, text).length, 1, `${pattern} ${text}`);
    for (const text of [...yes, ...no])
      assert.equal(new RegExp(pattern, 'u').test(text), yes.includes(text), `${pattern} ${text}`);
  }
});

test('each pattern of a schema is its own', () => {
  const schema = { properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } };
  assert.deepEqual(found(schema, { a: 'a', b: 'b' }), []);
  assert.deepEqual(found(schema, { a: 'b', b: 'b' }), ['/data/a must match pattern "^a$"']);
});

test('a pattern without bounded time makes the schema unusable, in words', () => {
  for (const pattern of ['(?=a)b', '(?<!a)b', '(a)\\1', 'a{1,2000}', '(.{0,999}){1,999}'])
    assert.throws(() => compileSchema({ properties: { x: { pattern } } }), /is not supported.*Look-around/);
  assert.throws(() => compileSchema({ pattern: 'a'.repeat(2000) }), /more than 1000 characters/);
  const large = Array.from({ length: 20 }, () => ({ pattern: '(ab?c?d?){900}' }));
  assert.throws(() => compileSchema({ allOf: large }), /patterns are too large/);
});

test('no format takes long', () => {
  const text = `${'http://'.repeat(30_000)}!`;
  const formats = ['url', 'uri', 'uri-reference', 'email', 'hostname', 'date-time', 'duration', 'regex'];
  for (const format of formats) assert.ok(found({ format }, text).length <= 1);
  assert.deepEqual(found({ format: 'url' }, 'https://shop.example/a?b#c'), []);
  assert.deepEqual(found({ format: 'url' }, 'shop.example'), ['/data must match format "url"']);
});

test('a schema that looks at the same data again and again is given up', () => {
  const again = { $ref: '#' };
  const schema = { properties: { a: { anyOf: [again, again, again] } }, required: ['b'] };
  let data: Record<string, unknown> = {};
  for (let depth = 0; depth < 60; depth += 1) data = { a: data };
  assert.deepEqual(
    found(schema, data).map((line) => line.slice(0, 30)),
    ['/data takes too long to check '],
  );
  const unlike = Array.from({ length: 60_000 }, (_, n) => ({ n }));
  assert.match(found({ uniqueItems: true }, unlike)[0] ?? '', /takes too long/);
  assert.deepEqual(found(schema, { b: 1, a: { b: 2 } }), []);
});
