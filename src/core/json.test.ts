import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { SurehookError } from './errors.ts';
import { checkJson, decodeText, locate, scanObject } from './json.ts';
import * as limits from './limits/api.ts';

function accepts(text: string): boolean {
  try {
    checkJson(text);
    return true;
  } catch (error) {
    assert.ok(error instanceof SurehookError, String(error));
    return false;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function refusal(act: () => unknown): SurehookError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof SurehookError, String(error));
    return error;
  }
  throw new Error('was not refused');
}

const spaces = fc.constantFrom('', ' ', '\n\t', '\r\n  ');
/** JSON text with white space between its tokens. */
const jsonText = fc
  .tuple(fc.json({ maxDepth: 4 }), fc.constantFrom(0, 1, 3), spaces, spaces)
  .map(([text, indent, before, after]) => before + JSON.stringify(JSON.parse(text), null, indent) + after);
/** Text that is nearly JSON: one place changed, cut or doubled. */
const brokenText = fc
  .tuple(
    jsonText,
    fc.nat(),
    fc.constantFrom(
      '',
      ',',
      ':',
      '"',
      '\\',
      '0',
      '.',
      'e',
      '-',
      '{',
      ']',
      '\u0001',
      '\ufeff',
      '\u2028',
      'n',
      '\\u12',
      '\\ud800',
    ),
  )
  .map(
    ([text, at, change]) =>
      text.slice(0, at % (text.length + 1)) +
      change +
      text.slice((at % (text.length + 1)) + (change === '' ? 1 : 0)),
  );

test('accepts exactly the texts that JSON.parse accepts', () => {
  fc.assert(
    fc.property(fc.oneof(jsonText, brokenText, fc.string()), (text) =>
      assert.equal(accepts(text), parses(text)),
    ),
    { numRuns: 3000 },
  );
});

test('accepts exactly the numbers and strings that JSON.parse accepts', () => {
  const parts = fc
    .array(fc.constantFrom('-', '+', '0', '1', '12', '.', 'e', 'E', ' ', '_', 'x', 'Infinity', 'NaN'), {
      maxLength: 6,
    })
    .map((all) => all.join(''));
  const inner = fc
    .array(
      fc.constantFrom(
        '\\',
        '"',
        'u',
        '00e9',
        'D83D',
        'n',
        'x',
        '/',
        '\n',
        '\u007f',
        '\ud800',
        '0g00',
        '@',
        '`',
      ),
      { maxLength: 6 },
    )
    .map((all) => `"${all.join('')}"`);
  fc.assert(
    fc.property(fc.oneof(parts, inner), (text) => assert.equal(accepts(text), parses(text), text)),
    { numRuns: 5000 },
  );
});

test('each member stands exactly where its text is', () => {
  const object = fc.dictionary(
    fc.oneof(fc.string(), fc.constantFrom('data', '__proto__', 'constructor', 'a"b')),
    fc.jsonValue({ maxDepth: 3 }),
  );
  fc.assert(
    fc.property(object, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const parsed = JSON.parse(text) as Record<string, unknown>;
      const { members } = scanObject(text);
      assert.deepEqual([...members.keys()].sort(), Object.keys(parsed).sort());
      for (const [name, span] of members)
        assert.deepEqual(JSON.parse(text.slice(span.start, span.end)), parsed[name]);
    }),
  );
});

test('any place in a document is found as a walk through the parsed document finds it', () => {
  const step = fc.constantFrom('a', 'b', 'é', '0', '1', '00', '-', 'a"b');
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(1, 'x', null),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(step, tie('node'), { maxKeys: 4 }),
    ),
  })).node;
  fc.assert(
    fc.property(tree, fc.array(step, { maxLength: 4 }), (value, path) => {
      let expected: unknown = value;
      for (const name of path) {
        const isThere = typeof expected === 'object' && expected !== null && Object.hasOwn(expected, name);
        expected = isThere ? (expected as Record<string, unknown>)[name] : undefined;
      }
      const found = locate(JSON.stringify(value, null, 1), path);
      assert.deepEqual(
        found === null ? undefined : JSON.parse(found),
        expected === undefined ? undefined : JSON.parse(JSON.stringify(expected)),
      );
    }),
    { numRuns: 1000 },
  );
});

test('of members with the same name the last one counts, as for JSON.parse', () => {
  const text = '{"data":{"reference":"first"},"d\\u0061ta":{"reference":1,"refer\\u0065nce":"last"},"x":1}';
  const { members, inner } = scanObject(text, { inner: { of: 'data', name: 'reference' } });
  const span = members.get('data');
  assert.equal(text.slice(span?.start, span?.end), '{"reference":1,"refer\\u0065nce":"last"}');
  assert.equal(text.slice(inner?.start, inner?.end), '"last"');
  assert.equal(
    scanObject('{"data":{"reference":1},"data":[]}', { inner: { of: 'data', name: 'reference' } }).inner,
    null,
  );
});

test('text nested deeper than the bound is refused as invalid, in linear time and without a stack overflow', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  assert.ok(accepts(nested(limits.jsonDepth)));
  for (const text of [nested(limits.jsonDepth + 1), '['.repeat(1_000_000), '{"a":'.repeat(1_000_000)]) {
    const error = refusal(() => checkJson(text));
    assert.equal(error.code, 'invalid');
    assert.match(error.detail, /64 levels/);
  }
  assert.equal(refusal(() => scanObject(`{"data":${nested(limits.jsonDepth)}}`)).code, 'invalid');
  assert.ok(scanObject(`{"data":${nested(limits.jsonDepth - 1)}}`));
});

test('a refusal names the character that is wrong', () => {
  assert.match(
    refusal(() => scanObject('{"a":1,}')).detail,
    /member name in double quotes at character 8, but found "}"/,
  );
  assert.match(refusal(() => scanObject('{"a":01}')).detail, /at character 7/);
  assert.match(refusal(() => scanObject('{"a":1} x')).detail, /nothing after the JSON value at character 9/);
  assert.match(refusal(() => scanObject('{"a":"')).detail, /the text ended/);
  for (const text of ['', '  ']) assert.match(refusal(() => scanObject(text)).detail, /empty/);
});

test('JSON that is not an object is invalid, not unparseable', () => {
  for (const text of ['[]', '"x"', '1', 'null'])
    assert.equal(refusal(() => scanObject(text)).code, 'invalid');
  assert.equal(refusal(() => scanObject('[1')).code, 'unparseable');
});

test('bytes that are not UTF-8, and a byte order mark, are refused with the reason', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0x80, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ]) {
    const error = refusal(() => decodeText(Uint8Array.from(bytes)));
    assert.equal(error.code, 'unparseable');
    assert.match(error.detail, /UTF-8/);
  }
  const error = refusal(() => scanObject(decodeText(Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]))));
  assert.equal(error.code, 'unparseable');
  assert.match(error.detail, /byte order mark/);
});

test('the items of an array are found one by one, and no more than allowed', () => {
  const text = '{"events": [ {"a":[1]} , 2,"x" ]}';
  const { items } = scanObject(text, { itemsOf: 'events', maxItems: 3 });
  assert.deepEqual(
    items?.map((span) => text.slice(span.start, span.end)),
    ['{"a":[1]}', '2', '"x"'],
  );
  const error = refusal(() => scanObject(text, { itemsOf: 'events', maxItems: 2 }));
  assert.equal(error.problems[0]?.pointer, '/events');
  assert.equal(scanObject('{"events":{}}', { itemsOf: 'events' }).items, null);
});
