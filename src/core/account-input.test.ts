import assert from 'node:assert/strict';
import test from 'node:test';
import { apiKeyText } from './account.ts';
import { readAccountChanges, readEventType, readNewAccount, readNewKey } from './account-input.ts';
import { SurehookError } from './errors.ts';

function pointersOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof SurehookError, String(error));
    return error.problems.map((problem) => problem.pointer);
  }
  return [];
}

test('an account needs a name; the rest has its default', () => {
  assert.deepEqual(readNewAccount({ name: 'Shop' }), {
    id: null,
    name: 'Shop',
    maxEndpoints: 10,
    notify: null,
  });
  assert.deepEqual(
    pointersOf(() => readNewAccount(undefined)),
    ['/name'],
  );
});

test('an account’s id and name can carry nothing into a path, a header or a log line', () => {
  for (const id of ['', '..', '.a', '-a', 'a/b', 'a b', 'a\r\nb', 'é', 'x'.repeat(65), 7]) {
    assert.deepEqual(
      pointersOf(() => readNewAccount({ name: 'A', id })),
      ['/id'],
      String(id),
    );
  }
  for (const name of ['', ' ', 'a\nb', 'a\u0000', '\udc00', 'x'.repeat(201), 7, null]) {
    assert.deepEqual(
      pointersOf(() => readNewAccount({ name })),
      ['/name'],
      String(name),
    );
  }
});

test('a change of an account touches what it names; null goes back to the default', () => {
  assert.deepEqual(readAccountChanges({}), {});
  assert.deepEqual(readAccountChanges({ maxEndpoints: null, notify: null }), {
    maxEndpoints: 10,
    notify: null,
  });
  assert.deepEqual(readAccountChanges({ maxEndpoints: 10_000, name: 'B' }), {
    maxEndpoints: 10_000,
    name: 'B',
  });
  assert.deepEqual(
    pointersOf(() => readAccountChanges({ id: 'x', maxEndpoints: 10_001, notify: 'nobody' })),
    ['/id', '/maxEndpoints', '/notify'],
  );
});

test('a key has every scope unless told otherwise, and is for the present account unless told otherwise', () => {
  assert.deepEqual(readNewKey({ name: 'ci' }), {
    account: undefined,
    name: 'ci',
    scopes: ['publish', 'read', 'manage', 'receive'],
  });
  assert.deepEqual(readNewKey({ name: 'ci', account: null, scopes: ['read', 'read'] }), {
    account: null,
    name: 'ci',
    scopes: ['read'],
  });
  for (const scopes of [[], ['all'], 'read', [7]])
    assert.deepEqual(
      pointersOf(() => readNewKey({ name: 'x', scopes })),
      ['/scopes'],
    );
});

test('an event type put without anything describes nothing and enforces nothing', () => {
  assert.deepEqual(readEventType('a', {}), {
    name: 'a',
    description: '',
    schema: null,
    examples: [],
    deprecated: false,
  });
  assert.deepEqual(
    pointersOf(() => readEventType('a', { name: 'b', schema: [], examples: {}, deprecated: 1 })),
    ['/name', '/schema', '/examples', '/deprecated'],
  );
  for (const name of ['', 'a b', '../a ', 'a\n', 'x'.repeat(129)])
    assert.deepEqual(
      pointersOf(() => readEventType(name, {})),
      ['/name'],
    );
});

test('a schema past its bounds is refused and breaks nothing', () => {
  const deep = JSON.parse(`${'{"not":'.repeat(5000)}{}${'}'.repeat(5000)}`) as unknown;
  assert.deepEqual(
    pointersOf(() => readEventType('a', { schema: deep })),
    ['/schema'],
  );
  assert.deepEqual(
    pointersOf(() => readEventType('a', { examples: ['x'.repeat(200_000)] })),
    ['/schema'],
  );
});

test('a key’s text holds all of its 256 random bits, in characters that need no quoting', () => {
  assert.equal(apiKeyText('live', new Uint8Array(32).fill(255)), `shk_live_${'_'.repeat(42)}8`);
  assert.match(apiKeyText('admin', new Uint8Array(32).fill(251)), /^shk_admin_[A-Za-z0-9_-]{43}$/);
});
