import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/people.ts';
import { scryptPasswords } from './passwords.ts';

test('a hash holds for its password only, differs each time, and does not hold the password', async () => {
  const passwords = scryptPasswords();
  const hash = await passwords.hash('correct horse battery');
  assert.equal(await passwords.matches('correct horse battery', hash), true);
  assert.equal(await passwords.matches('correct horse batterz', hash), false);
  assert.equal(await passwords.matches('', null), false);
  assert.equal(await passwords.matches('x', 'no hash of ours'), false);
  assert.notEqual(await passwords.hash('correct horse battery'), hash);
  assert.doesNotMatch(hash, /horse/);
});

test('the same password typed on another keyboard matches: accents composed or not', async () => {
  const passwords = scryptPasswords();
  assert.equal(
    await passwords.matches('cafe\u0301 au lait', await passwords.hash('caf\u00e9 au lait')),
    true,
  );
});

test('A71 past what may wait, the answer is to come again', async () => {
  const passwords = scryptPasswords();
  const many = Array.from({ length: limits.hashesAtOnce + limits.hashesWaiting + 1 }, () =>
    passwords.matches('x', null),
  );
  const results = await Promise.allSettled(many);
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 1);
  assert.ok(refused[0]!.reason instanceof SurehookError && refused[0]!.reason.code === 'too_many_requests');
});
