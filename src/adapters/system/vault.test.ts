import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SurehookError } from '../../core/errors.ts';
import { createVault } from './vault.ts';

const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const vault = createVault(key);

test('what was sealed opens again, byte for byte', () => {
  for (const plain of ['', 'whsec_abc', 'ü 🚀', 'x'.repeat(100_000)])
    assert.equal(vault.open(vault.seal(plain, 'a'), 'a'), plain);
});

test('sealed bytes do not show the text, and sealing twice gives other bytes', () => {
  const sealed = Buffer.from(vault.seal('whsec_plain-secret', 'a'));
  assert.equal(sealed.includes('plain-secret'), false);
  assert.notDeepEqual(sealed, Buffer.from(vault.seal('whsec_plain-secret', 'a')));
});

test('another key, another context or a changed byte does not open', () => {
  const sealed = vault.seal('secret', 'secrets of ep_1');
  assert.throws(() => createVault(new Uint8Array(32)).open(sealed, 'secrets of ep_1'), SurehookError);
  assert.throws(() => vault.open(sealed, 'secrets of ep_2'), SurehookError);
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = sealed.slice();
    changed[i]! ^= 1;
    assert.throws(() => vault.open(changed, 'secrets of ep_1'), SurehookError);
  }
  assert.throws(() => vault.open(sealed.subarray(0, 20), 'secrets of ep_1'), SurehookError);
});

test('A97 a key that is not 32 bytes is refused', () => {
  assert.throws(() => createVault(new Uint8Array(16)), SurehookError);
});
