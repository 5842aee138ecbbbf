import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isTypePattern, type Matchable, MatchIndex, matchesSource, matchesType, typeRange } from './match.ts';

test('a pattern is an exact name, everything below a prefix, or everything', () => {
  assert.ok(matchesType(['order.created'], 'order.created'));
  assert.ok(matchesType(['order.*'], 'order.created'));
  assert.ok(matchesType(['order.*'], 'order.a.b'));
  assert.ok(matchesType(['x', '*'], 'order'));
  for (const type of ['order', 'order.', 'orders.created', 'Order.created', 'preorder.created'])
    assert.ok(!matchesType(['order.*'], type), type);
  assert.ok(!matchesType(['order.created'], 'Order.Created'));
  assert.ok(!matchesType([], 'order'));
});

test('a pattern with a star anywhere but at its end is refused', () => {
  for (const good of ['*', 'a', 'a.*', 'order.created', 'a.b.*', 'A:b/c-d_e'])
    assert.ok(isTypePattern(good), good);
  for (const bad of ['', '.*', '**', 'a*', '*.created', 'a.*.b', 'a.**', 'a b', 'a\n', 'é', 'x'.repeat(129)])
    assert.ok(!isTypePattern(bad), bad);
});

test('the range of a pattern holds exactly the types that it takes', () => {
  const type = fc.string({ unit: fc.constantFrom(...'-./09:AZ_az'), minLength: 1, maxLength: 5 });
  const pattern = fc.oneof(
    type,
    type.map((text) => `${text}.*`),
    fc.constant('*'),
  );
  fc.assert(
    fc.property(pattern, type, fc.boolean(), (one, text, below) => {
      const name = below && one.endsWith('.*') ? one.slice(0, -1) + text : text;
      const { from, to } = typeRange(one);
      assert.equal(name >= from && name <= to, matchesType([one], name), `${one} ${name}`);
    }),
  );
});

test('an endpoint without sources takes what is published by API; one with sources takes only theirs', () => {
  assert.ok(matchesSource(null, null));
  assert.ok(!matchesSource(null, 'src_1'));
  assert.ok(matchesSource(['src_1'], 'src_1'));
  assert.ok(!matchesSource(['src_1'], 'src_2'));
  assert.ok(!matchesSource(['src_1'], null));
  assert.ok(matchesSource(['*'], 'src_2'));
  assert.ok(!matchesSource(['*'], null));
});

const type = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('.'));
const pattern = fc.oneof(
  type,
  type.map((t) => `${t}.*`),
  fc.constant('*'),
);
const sources = fc.constantFrom<string[] | null>(null, null, ['s1'], ['s1', 's2'], ['*']);
const endpoint: fc.Arbitrary<Matchable> = fc.record({
  no: fc.nat({ max: 8 }),
  events: fc.array(pattern, { minLength: 1, maxLength: 4 }),
  sources,
});
const act = fc.oneof(
  endpoint.map((value) => ({ set: value })),
  fc.nat({ max: 8 }).map((no) => ({ delete: no })),
  fc.tuple(type, fc.constantFrom(null, 's1', 's2', 's3')).map((ask) => ({ ask })),
);

test('after any changes, the index answers what looking at every endpoint would', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40, size: 'max' }), (acts) => {
      const index = new MatchIndex();
      const model = new Map<number, Matchable>();
      for (const one of acts) {
        if ('set' in one) {
          index.set(one.set);
          model.set(one.set.no, one.set);
        } else if ('delete' in one) {
          index.delete(one.delete);
          model.delete(one.delete);
        } else {
          const [wanted, source] = one.ask;
          const expected = [...model.values()].filter(
            (e) => matchesType(e.events, wanted) && matchesSource(e.sources, source),
          );
          assert.deepEqual(
            index.match(wanted, source),
            expected.map((e) => e.no).sort((a, b) => a - b),
          );
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('types that nobody declared do not fill the memory', () => {
  const index = new MatchIndex();
  index.set({ no: 1, events: ['*'], sources: null });
  const first = index.match('first', null);
  assert.equal(index.match('first', null), first);
  for (let n = 0; n < 1000; n++) index.match(`t${n}`, null);
  assert.notEqual(index.match('first', null), first);
  assert.deepEqual(index.match('first', null), [1]);
});
