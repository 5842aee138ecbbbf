import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptErrors } from '../../src/core/attempt.ts';
import { errorWords, whyWords } from './errors.ts';

test('every error of an attempt has words and what helps, and shows no code', () => {
  for (const error of attemptErrors) {
    const { title, help } = errorWords(error, error === 'http_status' ? 500 : null)!;
    assert.doesNotMatch(title, /_/, error);
    assert.ok(help.length > 20, error);
  }
  assert.equal(errorWords(null, 200), null);
  assert.match(errorWords('http_status', 418)!.title, /418/);
});

test('what helps holds for a dead letter too: nothing in it promises another attempt', () => {
  for (const error of attemptErrors)
    for (const status of [400, 404, 429, 500, 503]) {
      const { help } = errorWords(error, error === 'http_status' ? status : null)!;
      assert.doesNotMatch(help, /tried again/, error);
    }
});

test('why an attempt failed is said once', () => {
  assert.equal(whyWords('http_status', 503, 'the receiver answered 503'), 'The receiver failed (503)');
  assert.equal(whyWords('dns', null, 'ENOTFOUND'), 'The host name cannot be found: ENOTFOUND');
  assert.equal(whyWords('dns', null, ''), 'The host name cannot be found');
  assert.equal(whyWords(null, 200, ''), null);
});
