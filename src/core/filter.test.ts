import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Problem } from './errors.ts';
import { parseExact } from './exact-json.ts';
import { type Condition, type Filter, type FilterParts, matchesFilter, parseFilter } from './filter.ts';

const event = (data: string, more: Partial<FilterParts> = {}): FilterParts => ({
  id: 'evt_1',
  type: 'order.created',
  timestamp: '2026-01-31T12:00:00Z',
  reference: null,
  data,
  ...more,
});
const matches = (filter: Filter, parts: FilterParts): boolean => matchesFilter(JSON.stringify(filter), parts);
const holds = (place: string, condition: Condition, data: string): boolean =>
  matches({ [place]: condition }, event(data));

function problemsOf(input: unknown): string[] {
  const problems: Problem[] = [];
  parseFilter(input, '/filter', problems);
  return problems.map((problem) => problem.pointer);
}

test('numbers are compared as decimals, from the text that was sent', () => {
  assert.ok(holds('/data/total', { gte: 100 }, '{"total":100.00}'));
  assert.ok(holds('/data/total', { eq: 12.5 }, '{"total":12.50}'));
  assert.ok(!holds('/data/total', { gt: 100 }, '{"total":1e2}'));
  assert.ok(holds('/data/n', { gt: '12345678901234567890' }, '{"n":12345678901234567891}'));
  assert.ok(!holds('/data/n', { lte: '12345678901234567890' }, '{"n":12345678901234567891}'));
  assert.ok(holds('/data/n', { lt: 1 }, `{"n":-1e${'9'.repeat(50)}}`));
});

test('a number that no double can hold is kept as it is written and compared by its digits', () => {
  const text =
    '{"/data/n":{"eq":12345678901234567890},"/data/m":{"in":[1,0.1234567890123456789]},"/data/l":{"eq":[1e400]}}';
  const problems: Problem[] = [];
  const filter = parseFilter(parseExact(text), '/filter', problems);
  assert.deepEqual([filter, problems], [text, []]);
  const data = (n: string, m: string, l: string): FilterParts => event(`{"n":${n},"m":${m},"l":[${l}]}`);
  assert.ok(matchesFilter(text, data('12345678901234567890', '0.12345678901234567890', '10e399')));
  assert.ok(!matchesFilter(text, data('12345678901234567891', '0.1234567890123456789', '1e400')));
  assert.ok(!matchesFilter(text, data('12345678901234567890', '0.1234567890123456788', '1e400')));
  assert.ok(!matchesFilter(text, data('12345678901234567890', '1', '1e401')));
  const more = '{"/data":{"gt":0.1234567890123456789}}';
  assert.ok(matchesFilter(more, event('0.12345678901234567891')));
  assert.ok(!matchesFilter(more, event('0.1234567890123456789')));
  assert.ok(!matchesFilter('{"/data":{"ne":9007199254740993}}', event('9007199254740993.0')));
});

test('all conditions must hold', () => {
  const filter: Filter = { '/data/total': { gte: 100, lt: 200 }, '/type': { eq: 'order.created' } };
  assert.ok(matches(filter, event('{"total":150}')));
  assert.ok(!matches(filter, event('{"total":200}')));
  assert.ok(!matches(filter, event('{"total":150}', { type: 'order.failed' })));
});

test('a place that is not there holds for ne and for exists:false only', () => {
  const all: Condition[] = [
    { eq: null },
    { gt: 0 },
    { gte: 0 },
    { lt: 9 },
    { lte: 9 },
    { in: [null] },
    { exists: true },
  ];
  for (const condition of all) assert.ok(!holds('/data/none', condition, '{}'), JSON.stringify(condition));
  for (const condition of [{ ne: 1 }, { ne: null }, { exists: false }])
    assert.ok(holds('/data/none', condition, '{}'));
  assert.ok(holds('/data/none', { exists: true, eq: null }, '{"none":null}'));
});

test('values of different types are never equal and have no order', () => {
  assert.ok(!holds('/data/n', { eq: '5' }, '{"n":5}'));
  assert.ok(!holds('/data/n', { eq: 5 }, '{"n":"5"}'));
  assert.ok(!holds('/data/n', { gte: 5 }, '{"n":"9"}'));
  assert.ok(!holds('/data/n', { gte: 'a' }, '{"n":5}'));
  assert.ok(!holds('/data/n', { eq: 0 }, '{"n":false}'));
  assert.ok(!holds('/data/n', { eq: true }, '{"n":"true"}'));
  assert.ok(!holds('/data/n', { lt: 5 }, '{"n":null}'));
  assert.ok(holds('/data/n', { ne: 5 }, '{"n":"5"}'));
});

test('strings, booleans, null, lists and objects are compared by value', () => {
  assert.ok(holds('/data/s', { eq: 'café' }, '{"s":"caf\\u00e9"}'));
  assert.ok(holds('/data/s', { gte: '2026-01-01', lt: '2027-01-01' }, '{"s":"2026-05-01"}'));
  assert.ok(holds('/data/s', { in: ['a', 2, true, null] }, '{"s":null}'));
  assert.ok(holds('/data/s', { in: ['a', 2] }, '{"s":2.0}'));
  assert.ok(
    holds('/data/o', { eq: { b: [1, { c: 'x' }], a: null } }, '{"o":{"a":null,"b":[1.0,{"c":"x"}]}}'),
  );
  assert.ok(!holds('/data/o', { eq: { n: 12345678901234567000 } }, '{"o":{"n":12345678901234567001}}'));
  assert.ok(!holds('/data/o', { eq: {} }, '{"o":{"__proto__":{}}}'));
  assert.ok(!holds('/data/o', { eq: [] }, '{"o":{}}'));
});

test('a pointer reaches id, type, timestamp, reference, and any place in data', () => {
  const parts = event('{"a/b":{"m~n":[10,{"x":"deep"}]}}', { reference: 'ORD-1', id: 'id"1' });
  assert.ok(matches({ '/data/a~1b/m~0n/1/x': { eq: 'deep' } }, parts));
  assert.ok(
    matches({ '/reference': { eq: 'ORD-1' }, '/id': { eq: 'id"1' }, '/timestamp': { gt: '2026' } }, parts),
  );
  assert.ok(matches({ '/data/a~1b/m~0n/2': { exists: false }, '/id/length': { exists: false } }, parts));
  assert.ok(matches({ '/reference': { exists: false } }, event('1')));
  assert.ok(matches({ '/data': { eq: 1 } }, event(' 1')));
});

test('of members with the same name the last one counts', () => {
  assert.ok(holds('/data/total', { eq: 2 }, '{"total":1,"t\\u006ftal":2}'));
});

test('equality agrees with what JSON says of any value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
      assert.ok(holds('/data', { eq: a }, JSON.stringify(a, null, 1)));
      assert.equal(holds('/data', { eq: b }, JSON.stringify(a)), same);
      assert.equal(holds('/data', { ne: b }, JSON.stringify(a)), !same);
    }),
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, sorted(item), 'member']);
  return { members };
}

test('what a filter cannot mean is refused with its place', () => {
  assert.deepEqual(problemsOf({ '/total': { gte: 1 } }), ['/filter/~1total']);
  assert.deepEqual(problemsOf({ 'data/total': { gte: 1 }, '/data/a~2': { eq: 1 } }), [
    '/filter/data~1total',
    '/filter/~1data~1a~02',
  ]);
  assert.deepEqual(problemsOf({ '/data/a': {} }), ['/filter/~1data~1a']);
  assert.deepEqual(problemsOf({ '/data/a': { regex: 'x', in: [], exists: 1, gt: true } }).length, 4);
  assert.deepEqual(problemsOf([]), ['/filter']);
  assert.deepEqual(problemsOf('x'), ['/filter']);
  assert.deepEqual(
    problemsOf(Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`/data/${i}`, { eq: 1 }]))),
    ['/filter'],
  );
  assert.deepEqual(problemsOf({ '/data/a': { eq: 'x'.repeat(17_000) } }), ['/filter']);
});

test('no filter, null and an empty one are the same', () => {
  for (const input of [undefined, null, {}]) assert.equal(parseFilter(input, '', []), null);
});
