import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviourWords, requestWords } from './bins.ts';

const bin = { status: 200, delay: '0s', slow: '0s', failFirst: 0, drop: false };

test('how a bin answers is said in one line', () => {
  assert.equal(behaviourWords(bin), '200');
  assert.equal(
    behaviourWords({ ...bin, status: 202, failFirst: 2, delay: '2s', slow: '1s' }),
    '500 for the first 2, then 202 after 2s, for 1s',
  );
  assert.equal(behaviourWords({ ...bin, drop: true }), 'hangs up');
});

test("requests to one bin are told apart by what follows its address, whatever the server's own path", () => {
  const bin = 'https://hooks.example/sub/b/bin_01m8c9x6k4xp';
  assert.equal(requestWords('POST', bin), 'POST /');
  assert.equal(requestWords('GET', `${bin}/orders/7?page=2`), 'GET /orders/7?page=2');
  assert.equal(requestWords('PUT', `${bin}/b/bin_other`), 'PUT /b/bin_other');
});
