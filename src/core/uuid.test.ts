import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../adapters/system/crypto.ts';
import { uuidFrom, uuidOf } from './uuid.ts';

const crypto = nodeCrypto();

describe('UUIDs of events', () => {
  test('names become the UUIDs that RFC 9562 gives as an example', () => {
    const dns = Uint8Array.from(Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex'));
    assert.equal(uuidFrom(dns, 'www.example.com', crypto), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  test('an id that is a UUID stays as it is, in its own case', () => {
    for (const id of ['0b8f3c1e-6f1a-4c56-9d61-0c0f3d6a8b11', '0B8F3C1E-6F1A-4C56-9D61-0C0F3D6A8B11']) {
      assert.equal(uuidOf(id, crypto), id);
    }
  });

  test('any other id becomes the same UUID in every version of the product', () => {
    assert.equal(uuidOf('evt_1', crypto), 'f5139425-dea6-5e03-8787-f66e2ae5613f');
    const odd = uuidOf('0b8f3c1e-6f1a-4c56-9d61-0c0f3d6a8b1z', crypto);
    assert.match(odd, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
