import assert from 'node:assert/strict';
import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nodeCrypto } from '../src/adapters/system/crypto.ts';
import { heldBy, type Vector, vectors } from '../test/support/vectors.ts';
import { fromBase64 } from './encoding.ts';
import type { VerifyInput } from './reading.ts';
import { profileSchemes, schemeNamed } from './schemes.ts';
import { sign } from './sign.ts';
import { type Verification, verify } from './verify.ts';
import { withWebCrypto } from './web-crypto.ts';

const sync = nodeCrypto();

async function judge(vector: Vector): Promise<{ node: Verification; web: Verification }> {
  const input: VerifyInput = {
    headers: vector.headers,
    body: fromBase64(vector.rawBodyBase64)!,
    method: vector.method,
    url: vector.url ?? '',
    ...heldBy(vector),
    nowS: vector.now ?? 0,
    ...(vector.toleranceSeconds === undefined ? {} : { toleranceS: vector.toleranceSeconds }),
  };
  const scheme = schemeNamed(vector.scheme)!;
  const first = verify(scheme, input, sync);
  const url = first.valid ? undefined : first.certificateUrl;
  const all = url === undefined ? input : { ...input, certificates: { [url]: vector.certPem! } };
  return {
    node: verify(scheme, all, sync),
    web: await withWebCrypto((crypto) => verify(scheme, all, crypto)),
  };
}

describe('WebCrypto', () => {
  test('answers every vector as its author and as Node did', async () => {
    const differing: string[] = [];
    for (const vector of vectors) {
      const { node, web } = await judge(vector);
      if (web.valid !== vector.valid) differing.push(vector.id);
      assert.deepEqual(web, node, vector.id);
    }
    assert.deepEqual(differing, []);
    assert.ok(vectors.length > 300);
  });

  test('signs what Node signs, with every kind of secret', async () => {
    const seed = `whsk_${Buffer.alloc(32, 9).toString('base64')}`;
    const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(profileSchemes)),
        fc.subarray([secret, seed, '00ff'], { minLength: 1 }),
        fc.uint8Array({ maxLength: 300 }),
        async (scheme, secrets, body) => {
          const input = { secrets, id: 'evt_1', timestampS: 1_767_225_600, body };
          assert.deepEqual(
            await withWebCrypto((crypto) => sign(scheme, input, crypto)),
            sign(scheme, input, sync),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  test('reads elliptic-curve signatures of every curve, and nothing that is no DER', async () => {
    const parts = ['message'];
    for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
      const bytes = publicKey.export({ format: 'der', type: 'spki' });
      const key = { kind: 'spki', id: namedCurve, bytes } as const;
      for (let round = 0; round < 20; round += 1) {
        const signature = signBytes('sha256', Buffer.from('message'), privateKey);
        const holds = (given: Uint8Array) =>
          withWebCrypto((crypto) => crypto.verify(key, parts, given, 'ecdsa-sha256'));
        assert.equal(await holds(signature), true, namedCurve);
        for (const wrong of [signature.subarray(1), signature.subarray(0, -1), Buffer.alloc(0)])
          assert.equal(await holds(wrong), false);
        assert.equal(await holds(Buffer.concat([signature, Buffer.alloc(1)])), false);
      }
    }
  });

  test('a key of another kind, or bytes that are no key, verify nothing and throw nothing', async () => {
    const bytes = new Uint8Array(10);
    for (const kind of ['hmac', 'public', 'spki', 'private'] as const)
      for (const algorithm of ['ed25519', 'rsa-sha256', 'ecdsa-sha1'] as const) {
        const key = { kind, id: 'k', bytes };
        assert.equal(
          await withWebCrypto((crypto) => crypto.verify(key, ['m'], new Uint8Array(64), algorithm)),
          false,
        );
      }
  });

  test('an error of the act itself is passed on', async () => {
    const act = () => {
      throw new Error('its own');
    };
    await assert.rejects(withWebCrypto(act), /its own/);
  });
});
