import assert from 'node:assert/strict';
import test from 'node:test';
import { catalogue, eventTypeView, eventTypeViews } from './catalogue.ts';
import { isEventType } from './event.ts';

const own = {
  accountNo: 1,
  description: '',
  schema: null,
  examples: [],
  deprecated: false,
  createdAtMs: 0,
  updatedAtMs: 1,
};

test('every type of the catalogue has a name that can be published, a description, a schema and an example', () => {
  assert.equal(catalogue.length, 18);
  for (const one of catalogue) {
    assert.ok(isEventType(one.name));
    assert.ok(one.description.length > 0 && one.examples.length > 0);
    assert.ok('type' in one.schema || 'anyOf' in one.schema);
  }
});

test('order.created has the three shapes in use', () => {
  const created = catalogue.find((one) => one.name === 'order.created');
  assert.deepEqual(
    created?.examples.map((example) => Object.keys(example as object)[1]),
    ['customer', 'customer_id', 'reference'],
  );
});

test('the catalogue describes and asks for nothing', () => {
  assert.ok(!JSON.stringify(catalogue.map((one) => one.schema)).includes('required'));
  assert.equal(eventTypeView('order.created', null)?.enforced, false);
  assert.equal(eventTypeView('order.created', { ...own, name: 'order.created' })?.enforced, false);
});

test('what an account puts goes over the catalogue, and what it leaves out comes from there', () => {
  const view = eventTypeView('order.failed', {
    ...own,
    name: 'order.failed',
    schema: { type: 'object' },
    deprecated: true,
  });
  assert.deepEqual([view?.enforced, view?.deprecated, view?.schema], [true, true, { type: 'object' }]);
  assert.match(view?.description ?? '', /cannot be fulfilled/);
  assert.equal(eventTypeView('mine', null), null);
  const views = eventTypeViews([{ ...own, name: 'mine' }]);
  assert.equal(views.length, 19);
  assert.ok(views.some((one) => one.name === 'mine' && one.schema === null));
});
