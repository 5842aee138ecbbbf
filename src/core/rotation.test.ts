import assert from 'node:assert/strict';
import test from 'node:test';
import type { Endpoint } from './endpoint.ts';
import { readNewEndpoint } from './endpoint-input.ts';
import { secretView } from './endpoint-view.ts';
import { SurehookError } from './errors.ts';
import { readRotation } from './rotation.ts';

const day = 86_400_000;
let filled = 0;
const randomBytes = (count: number): Uint8Array => new Uint8Array(count).fill(++filled);
const fresh = (): Endpoint => ({
  no: 1,
  ...readNewEndpoint(
    { url: 'https://shop.example/', events: ['*'], profile: 'ecomm' },
    {
      policy: { dev: false, allowNetworks: [] },
      nowMs: 0,
      by: '',
      randomBytes,
      id: 'ep_1',
      accountNo: 1,
      defaultProfile: 'standard',
    },
  ),
});
const rotate = (endpoint: Endpoint, body: unknown, nowMs: number): Endpoint => ({
  ...endpoint,
  ...readRotation(body, endpoint, { nowMs, randomBytes }),
});
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof SurehookError)
      return `${error.code} ${error.problems.map((problem) => problem.pointer).join()}`;
    throw error;
  }
  return 'taken';
};

test('the old secret stays valid for a day unless told otherwise', () => {
  const before = fresh();
  const after = rotate(before, undefined, 1000);
  assert.equal(after.secrets.length, 2);
  assert.notEqual(after.secrets[0]?.value, before.secrets[0]?.value);
  assert.deepEqual(after.secrets[1], { value: before.secrets[0]?.value, validUntilMs: 1000 + day });
  assert.equal(after.signWith, 'new');
  assert.equal(
    rotate(before, { overlap: '1h', signWith: 'old', secret: 'mine' }, 0).secrets[1]?.validUntilMs,
    3_600_000,
  );
});

test('no more than four are valid at once; one that has ended makes room', () => {
  let endpoint = fresh();
  for (let n = 0; n < 3; n++) endpoint = rotate(endpoint, {}, n);
  assert.equal(
    codeOf(() => rotate(endpoint, {}, 3)),
    'conflict ',
  );
  assert.equal(rotate(endpoint, {}, day).secrets.length, 4);
});

test('an overlap of nothing ends all older secrets at once', () => {
  const endpoint = rotate(rotate(fresh(), {}, 0), { overlap: '0s', secret: 'only' }, 1);
  assert.deepEqual(endpoint.secrets, [{ value: 'only', validUntilMs: null }]);
});

test('a rotation that cannot work is refused', () => {
  const endpoint = rotate(fresh(), { secret: 'mine' }, 0);
  assert.equal(
    codeOf(() => rotate(endpoint, { secret: 'mine' }, 1)),
    'invalid /secret',
  );
  assert.equal(
    codeOf(() => rotate(endpoint, { overlap: '31d', signWith: 'both', secret: 7, x: 1 }, 1)),
    'invalid /x,/overlap,/signWith,/secret',
  );
});

test('the answer shows the secrets that are still valid', () => {
  const before = fresh();
  const endpoint = rotate(before, { overlap: '1h' }, 0);
  const old = { secret: before.secrets[0]?.value, validUntil: '1970-01-01T01:00:00.000Z' };
  assert.deepEqual(secretView(endpoint, 1).previous, [old]);
  assert.deepEqual(secretView(endpoint, 3_600_000).previous, []);
});
