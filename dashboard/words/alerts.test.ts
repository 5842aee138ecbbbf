import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertKinds as known } from '../../src/core/alert.ts';
import { alertKinds, kindWords, mendOf, needsSomebody, summaryParts, touchedWords } from './alerts.ts';

test('every kind of alert has words that are no code, and says when it comes', () => {
  assert.deepEqual([...alertKinds].sort(), [...known].sort());
  for (const kind of known) {
    const { title, when } = kindWords(kind);
    assert.doesNotMatch(title, /[._]/, kind);
    assert.ok(when.length > 10, kind);
  }
});

test('every alert but a recovery leads to the page that mends it', () => {
  for (const kind of known) {
    const mend = mendOf({ kind, subject: 'src_1' });
    if (kind === 'endpoint.recovered') assert.equal(mend, null);
    else assert.match(mend?.href ?? '', /^\//, kind);
  }
  assert.equal(
    mendOf({ kind: 'order.overdue', subject: 'src_1' })?.href,
    '/orders?overdue=true&sourceId=src_1',
  );
  assert.equal(mendOf({ kind: 'order.failed', subject: 'api' })?.href, '/orders?state=failed');
});

test('what was put right needs nobody, though its alert is still open', () => {
  const dead = { kind: 'delivery.dead', subject: 'ep_1' };
  const late = { kind: 'order.overdue', subject: 'src_1' };
  const page = (nextCursor: string | null, ...ids: string[]) => ({
    data: ids.map((endpointId) => ({ endpointId })),
    nextCursor,
  });
  const none = { dead: page(null), lateOrders: 0 };
  assert.ok(needsSomebody(dead, { ...none, dead: page(null, 'ep_2', 'ep_1') }));
  assert.ok(needsSomebody(dead, { ...none, dead: page('more', 'ep_2') }), 'not all of them are known');
  assert.ok(needsSomebody(dead, { ...none, dead: undefined }), 'nothing is known yet');
  assert.ok(!needsSomebody(dead, { ...none, dead: page(null, 'ep_2') }));
  assert.ok(needsSomebody(late, { ...none, lateOrders: 1 }));
  assert.ok(needsSomebody(late, { ...none, lateOrders: undefined }));
  assert.ok(!needsSomebody(late, none));
  assert.ok(!needsSomebody({ kind: 'endpoint.recovered', subject: 'ep_1' }, none));
  assert.ok(needsSomebody({ kind: 'source.silent', subject: 'src_1' }, none));
});

test('an alert says how many orders or deliveries it is about', () => {
  assert.equal(touchedWords({ kind: 'order.stuck', count: 1 }), '1 order');
  assert.equal(touchedWords({ kind: 'delivery.dead', count: 412 }), '412 deliveries');
  assert.equal(touchedWords({ kind: 'queue.lag', count: 1 }), null);
});

test('an alert names its source once, and by its name', () => {
  const names = new Map([['src_1', 'Stripe']]);
  assert.deepEqual(summaryParts('The source Stripe (src_1) does not answer.', names), [
    'The source Stripe does not answer.',
  ]);
  assert.deepEqual(summaryParts('Nothing came from src_1, src_2.', names), [
    'Nothing came from Stripe, src_2.',
  ]);
});

test('an alert leads to its endpoint, by what it was called then', () => {
  for (const name of ['https://shop.example', '“The ERP, in (old) Berlin” at https://shop.example', 'pull:'])
    assert.deepEqual(summaryParts(`3 deliveries to ${name} (ep_1) used up all attempts.`, new Map()), [
      '3 deliveries to ',
      { endpointId: 'ep_1', text: name },
      ' used up all attempts.',
    ]);
});
