import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../adapters/system/crypto.ts';
import { judgeVector, signAs, verifyAs } from './signing.ts';

const crypto = nodeCrypto();

function vectors(name: string): { note: string; id?: string; profile?: string }[] {
  return JSON.parse(readFileSync(new URL(`../../test/vectors/${name}.json`, import.meta.url), 'utf8'));
}

describe('test vectors are judged as their authors did', () => {
  for (const file of ['standard-webhooks', 'profiles', 'signatures']) {
    for (const [place, vector] of vectors(file).entries()) {
      test(`${vector.id ?? `${vector.profile}/${place}`}: ${vector.note}`, () => {
        const { expected, valid, reason } = judgeVector(vector, place, crypto);
        assert.equal(valid, expected, reason ?? 'valid');
        assert.equal(reason === null, valid);
      });
    }
  }

  test('an entry that is no vector is not valid, and says why', () => {
    for (const entry of [null, 5, 'x', [], {}, { scheme: 'stripes' }]) {
      const result = judgeVector(entry, 7, crypto);
      assert.deepEqual({ ...result, reason: '' }, { id: '7', expected: false, valid: false, reason: '' });
      assert.match(result.reason!, /^unknown scheme "/);
    }
    const broken = { scheme: 'standard', rawBodyBase64: '!' };
    assert.equal(judgeVector(broken, 0, crypto).reason, 'rawBodyBase64 is not base64');
  });
});

/** What docs/decisions/0010 decides, and the vectors that show it. */
const refusedByChoice: Record<string, string[]> = {
  'upper-case hex': ['stripe/11', 'slack/14', 'paddle/15', 'mailgun/07', 'lemon-squeezy/08', 'linear/12'],
  'a prefix in another case': ['github/07'],
  'base64 written otherwise': ['standard-webhooks/10', 'standard-webhooks/11', 'svix/10', 'svix/11'],
  'other separators': ['standard-webhooks/09', 'svix/09', 'stripe/14'],
  'letters after the timestamp': ['standard-webhooks/29', 'svix/29', 'stripe/15'],
  'signed in the future': ['stripe/23', 'slack/05', 'paddle/17', 'hubspot-v3/03'],
  'stale, where the provider names no tolerance': ['zoom/02', 'mailgun/10'],
};

describe('where verifiers differ, ours refuses', () => {
  const all = vectors('signatures') as unknown as { id: string; strictness: string }[];

  test('every such vector is named under what decides it', () => {
    const chosen = all.filter(({ strictness }) => strictness === 'choice').map(({ id }) => id);
    assert.deepEqual(Object.values(refusedByChoice).flat().sort(), chosen.sort());
  });

  for (const [rule, ids] of Object.entries(refusedByChoice)) {
    test(rule, () => {
      for (const id of ids) {
        const vector = all.find((each) => each.id === id);
        assert.equal(judgeVector(vector, 0, crypto).valid, false, id);
      }
    });
  }
});

describe('schemes by name', () => {
  test('a scheme described in JSON signs and verifies, and one that is none says what is wrong', () => {
    const body = Buffer.from('x');
    const scheme = JSON.stringify({ place: { header: 'x-sig' }, prefix: 'v1=', message: ['{body}', '!'] });
    const headers = signAs(scheme, { secrets: ['k'], timestampS: 0, body }, crypto);
    const judged = (text: string) =>
      verifyAs(text, { headers, body, secrets: ['k'], fields: {}, nowS: 0 }, crypto);
    assert.deepEqual(judged(scheme), { valid: true, reason: null, detail: null });
    assert.equal(judged(scheme.replace('!', '?')).reason, 'mismatch');
    assert.match(judged(scheme.replace('x-sig', 'x sig')).detail!, /^\/place must be/);
    assert.match(judged('{').detail!, /^The scheme must be an object/);
  });

  test('a name nobody knows is a reason when verifying and an error when signing, and both list the known ones', () => {
    const body = Buffer.from('x');
    const judged = verifyAs('nope', { headers: {}, body, secrets: ['k'], fields: {}, nowS: 0 }, crypto);
    assert.equal(judged.reason, 'unknown scheme "nope"');
    assert.match(judged.detail!, /standard, foxreload, digital-goods, petstore, ecomm, cloudevents/);
    const sign = () => signAs('nope', { secrets: ['k'], timestampS: 0, body }, crypto);
    assert.throws(sign, { code: 'invalid', message: /Known schemes: standard/ });
  });
});
