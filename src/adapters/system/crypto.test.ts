import assert from 'node:assert/strict';
import builtin, { createHmac } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Key } from '../../core/signing.ts';
import { nodeCrypto } from './crypto.ts';

const hmacKey = (text: string): Key => ({ kind: 'hmac', id: `utf8:${text}`, bytes: Buffer.from(text) });

describe('cryptography by Node', () => {
  test('parts are hashed as if they were one, text as UTF-8', () => {
    const crypto = nodeCrypto();
    const part = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array());
    fc.assert(
      fc.property(fc.array(part), fc.string({ minLength: 1 }), (parts, secret) => {
        const whole = Buffer.concat(parts.map((each) => Buffer.from(each as string)));
        const expected = createHmac('sha256', secret).update(whole).digest('base64');
        assert.equal(crypto.hmac('hmac-sha256', hmacKey(secret), parts, 'base64'), expected);
      }),
    );
  });

  test('keys that were pushed out of the cache are made again', () => {
    const crypto = nodeCrypto(2);
    const mac = (secret: string) => crypto.hmac('hmac-sha1', hmacKey(secret), ['x'], 'hex');
    for (const secret of ['a', 'b', 'c', 'a', 'a', 'c', 'b']) {
      assert.equal(mac(secret), createHmac('sha1', secret).update('x').digest('hex'));
    }
  });

  test('a key that is used all along is prepared once, and one that as many others followed is let go', (t) => {
    const make = t.mock.method(builtin, 'createSecretKey');
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    });
    const entries = 4;
    const crypto = nodeCrypto(entries);
    const isMade = (secret: string): boolean => {
      const before = make.mock.callCount();
      crypto.hmac('hmac-sha256', hmacKey(secret), ['x'], 'hex');
      return make.mock.callCount() > before;
    };
    assert.equal(isMade('always'), true);
    assert.equal(isMade('once'), true);
    for (let n = 0; n < entries; n += 1) {
      assert.equal(isMade(`other ${n}`), true);
      assert.equal(isMade('always'), false);
    }
    assert.equal(isMade('once'), true);
  });

  test('a public key that is no point, or a signature of the wrong length, is refused and nothing is thrown', () => {
    const crypto = nodeCrypto();
    for (const bytes of [Buffer.alloc(32, 0xff), Buffer.alloc(3), Buffer.alloc(0)]) {
      const key: Key = { kind: 'public', id: bytes.toString('hex'), bytes };
      for (const length of [0, 63, 64, 65])
        assert.equal(crypto.verify(key, ['x'], new Uint8Array(length)), false);
    }
  });

  test('texts are equal when all their bytes are', () => {
    const { equal } = nodeCrypto();
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => equal(a, b) === (a === b)));
    assert.equal(equal('é', 'é'), true);
  });
});
