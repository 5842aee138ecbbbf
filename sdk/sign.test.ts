import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify as verifyBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../src/adapters/system/crypto.ts';
import { profileSchemes as schemes } from './schemes.ts';
import { sign } from './sign.ts';
import { verify } from './verify.ts';

const crypto = nodeCrypto();
const timestampS = 1_767_225_600;
const body = '{"a":1}';
const [newest, old, oldest] = [1, 2, 3].map(
  (byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`,
) as [string, string, string];

function signedBy(name: string, secrets: string[], signWith: 'new' | 'old' = 'new'): Record<string, string> {
  return sign(schemes[name]!, { secrets, signWith, id: 'evt_1', timestampS, body }, crypto);
}

function isValid(name: string, headers: Record<string, string>, secret: string): boolean {
  const input = { headers, body: Buffer.from(body), secrets: [secret], nowS: timestampS };
  return verify(schemes[name]!, input, crypto).valid;
}

describe('rotating secrets', () => {
  test('standard sends one signature for each valid secret, the newest first', () => {
    const one = (secret: string) => signedBy('standard', [secret])['webhook-signature'];
    assert.equal(
      signedBy('standard', [newest, old, oldest], 'old')['webhook-signature'],
      `${one(newest)} ${one(old)} ${one(oldest)}`,
    );
  });

  test('foxreload sends one v1 for each valid secret, the old one last, which its own verifier keeps', () => {
    const value = signedBy('foxreload', [newest, old])['x-foxreload-signature']!;
    const kept = new Map(value.split(',').map((part) => part.split('=') as [string, string]));
    const alone = signedBy('foxreload', [old])['x-foxreload-signature']!;
    assert.equal(`t=${kept.get('t')},v1=${kept.get('v1')}`, alone);
    assert.equal(isValid('foxreload', { 'x-foxreload-signature': value }, newest), true);
  });

  test('a scheme with room for one signs with the newest secret, or with the one before it if told so', () => {
    for (const name of ['petstore', 'ecomm', 'digital-goods']) {
      assert.deepEqual(signedBy(name, [newest, old, oldest]), signedBy(name, [newest]));
      assert.deepEqual(signedBy(name, [newest, old, oldest], 'old'), signedBy(name, [old]));
      assert.deepEqual(signedBy(name, [newest], 'old'), signedBy(name, [newest]));
    }
  });

  test('a receiver with either secret verifies every scheme that sends all', () => {
    for (const name of ['standard', 'foxreload', 'cloudevents']) {
      const headers = signedBy(name, [newest, old]);
      assert.deepEqual(
        [newest, old, oldest].map((secret) => isValid(name, headers, secret)),
        [true, true, false],
      );
    }
  });
});

describe('ed25519', () => {
  const pair = generateKeyPairSync('ed25519');
  const seed = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const point = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const short = `whsk_${seed.toString('base64')}`;
  const long = `whsk_${Buffer.concat([seed, point]).toString('base64')}`;
  const publicKey = `whpk_${point.toString('base64')}`;

  test('a whsk_ key signs as v1a, in both its forms, and the whpk_ key verifies it', () => {
    const headers = signedBy('standard', [short]);
    assert.match(headers['webhook-signature']!, /^v1a,[A-Za-z0-9+/]{86}==$/);
    assert.deepEqual(signedBy('standard', [long]), headers);
    for (const secret of [publicKey, short, long]) assert.equal(isValid('standard', headers, secret), true);
    const signature = Buffer.from(headers['webhook-signature']!.slice(4), 'base64');
    const message = Buffer.from(`evt_1.${timestampS}.${body}`);
    assert.equal(verifyBytes(null, message, createPublicKey(pair.privateKey), signature), true);
  });

  test('another key, another body or a broken key verifies nothing', () => {
    const headers = signedBy('standard', [short]);
    const stranger = generateKeyPairSync('ed25519')
      .publicKey.export({ format: 'der', type: 'spki' })
      .subarray(-32);
    assert.equal(isValid('standard', headers, `whpk_${stranger.toString('base64')}`), false);
    assert.equal(isValid('standard', headers, `whpk_${Buffer.alloc(32, 0xff).toString('base64')}`), false);
    assert.equal(isValid('standard', headers, newest), false);
  });

  test('while a rotation goes from HMAC to ed25519, both kinds of receivers verify', () => {
    const headers = signedBy('standard', [short, old]);
    assert.match(headers['webhook-signature']!, /^v1a,\S+ v1,\S+$/);
    assert.equal(isValid('standard', headers, publicKey), true);
    assert.equal(isValid('standard', headers, old), true);
  });

  test('a public key signs nothing', () => {
    assert.throws(() => signedBy('standard', [publicKey]), /can only verify/);
  });
});

describe('signing refuses', () => {
  test('no secret, an empty one, and one that is not written as the scheme wants it', () => {
    for (const secrets of [[], [''], ['whsec_'], ['not base64!'], [newest, '']]) {
      assert.throws(() => signedBy('standard', secrets), /secret/i);
    }
  });

  test('a scheme that signs the id, without an id', () => {
    assert.throws(() => sign(schemes.standard!, { secrets: [newest], timestampS, body }, crypto), /give one/);
  });

  test('a scheme with its signature outside the headers', () => {
    const scheme = { ...schemes.ecomm!, place: { body: '/signature' } };
    assert.throws(() => sign(scheme, { secrets: [newest], timestampS, body }, crypto), /receiving only/);
  });
});
