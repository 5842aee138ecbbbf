import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointName } from './endpoints.ts';

test('endpoints that are fetched from are told apart by their description, others by their address', () => {
  assert.equal(endpointName({ url: 'pull:', description: 'laptop' }), 'pull: laptop');
  assert.equal(endpointName({ url: 'pull:', description: '' }), 'pull:');
  assert.equal(
    endpointName({ url: 'https://shop.example/hooks', description: 'Shop' }),
    'https://shop.example/hooks',
  );
});
