import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviourWords } from './bins.ts';

const bin = { status: 200, delay: '0s', slow: '0s', failFirst: 0, drop: false };

test('how a bin answers is said in one line', () => {
  assert.equal(behaviourWords(bin), '200');
  assert.equal(
    behaviourWords({ ...bin, status: 202, failFirst: 2, delay: '2s', slow: '1s' }),
    '500 for the first 2, then 202 after 2s, for 1s',
  );
  assert.equal(behaviourWords({ ...bin, drop: true }), 'hangs up');
});
