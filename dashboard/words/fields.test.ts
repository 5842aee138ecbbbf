import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSchemes } from '../../src/core/sources/presets.ts';
import { fieldName, fieldNames } from './fields.ts';

test('what was not taken is named as people say it, wherever it stands', () => {
  assert.equal(fieldName('/fields/webhookId'), 'Webhook ID');
  assert.equal(fieldName('secret'), 'Secret');
  assert.equal(
    fieldName('/tracking/poll/giveUpAfter'),
    'How orders are followed → How it is asked → Give up after',
  );
  assert.equal(fieldName('/events/0'), 'Events → no. 1');
  assert.equal(fieldName('/headers/X-Env~1A'), 'Headers → X-Env/A');
  assert.equal(fieldName('/states/order.created'), 'States → order.created');
  assert.equal(fieldName(''), 'What was given');
  assert.equal(fieldNames(['secret', 'publicKey']), 'Secret, Public key');
});

test('no field of a provider is shown by the name that programs have for it', () => {
  const fields = describeSchemes().flatMap((scheme) => (scheme.fields as { name: string }[]) ?? []);
  assert.ok(fields.length > 0);
  for (const { name } of fields) assert.doesNotMatch(fieldName(name), /[a-z][A-Z]/, name);
});
