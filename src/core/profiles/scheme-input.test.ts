import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { schemes } from '../../../sdk/schemes.ts';
import { nodeCrypto } from '../../adapters/system/crypto.ts';
import { eventIdOf, eventTypeOf } from '../sources/derived.ts';
import { readFields } from '../sources/fields.ts';
import { presetOf } from '../sources/presets.ts';
import { verifyRequest } from '../sources/receive.ts';
import { describeScheme } from './describe.ts';
import { parsePlace, parseScheme } from './scheme-input.ts';
import { parseWireOverride } from './wire.ts';

const crypto = nodeCrypto();
const nowS = 1_767_225_600;

function parsed(value: unknown): Extract<ReturnType<typeof parseScheme>, { scheme: unknown }>['scheme'] {
  const read = parseScheme(value, '/scheme');
  assert.ok('scheme' in read, JSON.stringify(read));
  return read.scheme;
}

function problemsOf(value: unknown): string[] {
  const read = parseScheme(value, '/scheme');
  return 'problems' in read ? read.problems.map(({ pointer }) => pointer) : [];
}

const small = { place: { header: 'x-sig' }, message: ['{body}'] };

describe('schemes that a user describes', () => {
  test("the contract's grammar verifies what it says, with id and type where it has them", () => {
    const scheme = parsed({
      place: { header: 'X-Sig' },
      prefix: 'v1=',
      separator: ',',
      message: ['{timestamp}', '.', '{id}', '.', '{body}'],
      algorithm: 'hmac-sha512',
      keyEncoding: 'hex',
      encoding: 'base64',
      timestamp: { place: { header: 'x-at' }, unit: 'ms', tolerance: '1m' },
      id: { query: 'id' },
      type: { body: '/kind' },
    });
    const preset = presetOf(scheme);
    const body = Buffer.from('{"kind":"a.b"}');
    const mac = createHmac('sha512', Buffer.from('0aff', 'hex'))
      .update(`${nowS * 1000}.7.${body}`)
      .digest('base64');
    const headers = ['x-at', `${nowS * 1000}`, 'x-sig', `v1=${mac}`];
    const request = { headers, body, method: 'POST', url: 'https://in.example/in/t?id=7' };
    const judged = (more: object) => {
      const result = verifyRequest(preset, request, { secrets: ['0aff'], fields: {}, nowS, ...more }, crypto);
      return result.valid ? 'valid' : result.reason;
    };
    assert.equal(judged({}), 'valid');
    assert.equal(judged({ nowS: nowS + 61 }), 'too_old');
    const read = readFields(preset, { tolerance: '5m' });
    assert.equal(judged({ nowS: nowS + 61, ...read }), 'valid');
    assert.deepEqual(
      [eventIdOf(preset, null, request, crypto), eventTypeOf(preset, null, request)],
      ['7', 'a.b'],
    );
  });

  test('tokens, plain hashes, forms, RFC 3339 times and single members of the body can be said, too', () => {
    const judge = (scheme: unknown, headers: Record<string, string>, body: string) => {
      const request = { headers, body: Buffer.from(body), method: 'POST', url: '' };
      const result = verifyRequest(
        presetOf(parsed(scheme)),
        request,
        { secrets: ['k'], fields: {}, nowS },
        crypto,
      );
      return result.valid ? 'valid' : result.reason;
    };
    assert.equal(
      judge({ place: { header: 'x-token' }, algorithm: 'token' }, { 'x-token': 'k' }, ''),
      'valid',
    );
    const plain = createHash('sha256').update('ka=1').digest('hex');
    assert.equal(judge({ ...small, algorithm: 'sha256' }, { 'x-sig': plain }, 'a=1'), 'valid');
    const mac = createHmac('sha256', 'k').update('7|2026-01-01T00:00:00.5Z|{"no":7}').digest('hex');
    const timed = {
      place: { header: 'x-sig' },
      message: ['{body:/no}', '|', '{timestamp}', '|', '{body}'],
      timestamp: { place: { header: 'x-at' }, unit: 'rfc3339', tolerance: '5m', futureTolerance: '1s' },
    };
    const headers = { 'x-sig': mac, 'x-at': '2026-01-01T00:00:00.5Z' };
    assert.equal(judge(timed, headers, '{"no":7}'), 'valid');
    assert.equal(judge(timed, headers, '{"n":7}'), 'missing_part');
    assert.equal(judge(timed, { ...headers, 'x-at': '2026-01-01T00:00:02Z' }, '{"no":7}'), 'too_new');
    assert.equal(judge(timed, { ...headers, 'x-at': 'yesterday' }, '{"no":7}'), 'malformed_timestamp');
    const formMac = createHmac('sha256', 'k').update('5').digest('hex');
    const form = { place: { form: 'sig' }, message: ['{form:no}', '{body}'] };
    assert.equal(judge(form, {}, `no=5&sig=${formMac}`), 'mismatch');
  });

  test('every scheme of the table that is data can be written in the grammar and read back', () => {
    for (const [name, scheme] of Object.entries(schemes)) {
      if ('read' in scheme || scheme.otherwise !== undefined || name === 'mailgun') continue;
      assert.deepEqual(parsed(describeScheme(scheme)), scheme, name);
    }
  });

  test('what is not in the grammar is a problem with a pointer', () => {
    assert.deepEqual(problemsOf({ ...small, colour: 1 }), ['/scheme/colour']);
    assert.deepEqual(problemsOf({ ...small, place: { cookie: 'a' } }), ['/scheme/place']);
    assert.deepEqual(problemsOf({ ...small, algorithm: 'md5' }), ['/scheme/algorithm']);
    assert.deepEqual(problemsOf({ ...small, keyEncoding: 'rot13' }), ['/scheme/keyEncoding']);
    assert.deepEqual(problemsOf({ ...small, message: ['{body}', '{nothing}'] }), ['/scheme/message/1']);
    assert.deepEqual(problemsOf({ ...small, message: ['{body}', '{header:a b}'] }), ['/scheme/message/1']);
    assert.deepEqual(problemsOf({ ...small, message: ['{header:a}'] }), ['/scheme/message']);
    assert.deepEqual(problemsOf({ ...small, message: Array(31).fill('{body}') }), ['/scheme/message']);
    assert.deepEqual(problemsOf({ ...small, prefix: 'x'.repeat(201) }), ['/scheme/prefix']);
    assert.deepEqual(problemsOf({ ...small, algorithm: 'token' }), ['/scheme/message']);
    assert.deepEqual(problemsOf({ ...small, message: ['{timestamp}', '{body}'] }), ['/scheme/timestamp']);
    const at = { place: { header: 'x-at' } };
    assert.deepEqual(problemsOf({ ...small, timestamp: { ...at, tolerance: '2d' } }), [
      '/scheme/timestamp/tolerance',
    ]);
    assert.deepEqual(problemsOf({ ...small, timestamp: { ...at, unit: 'min' } }), ['/scheme/timestamp/unit']);
    assert.deepEqual(problemsOf(null), ['/scheme']);
  });

  test('what sends is an HMAC in headers over what we know of an event', () => {
    const pointers = (signature: object) => {
      const read = parseWireOverride({ signature: { ...small, ...signature } });
      return 'problems' in read ? read.problems.map(({ pointer }) => pointer) : [];
    };
    assert.deepEqual(pointers({}), []);
    assert.deepEqual(pointers({ algorithm: 'token', message: [] }), ['/wire/signature/algorithm']);
    assert.deepEqual(pointers({ algorithm: 'ed25519' }), ['/wire/signature/algorithm']);
    assert.deepEqual(pointers({ message: ['{body}', '{header:a}'] }), ['/wire/signature/message/1']);
    assert.deepEqual(pointers({ place: { form: 'a' } }), ['/wire/signature/place']);
  });

  test('a place is an object, or a pointer into the body', () => {
    assert.deepEqual(parsePlace('/data/id', '/eventId'), { place: { body: '/data/id' } });
    assert.deepEqual(parsePlace({ header: 'X-Id' }, '/eventId'), { place: { header: 'x-id' } });
    for (const value of ['data.id', 5, null, {}, { header: 'a', body: '/b' }, { header: 'a b' }])
      assert.ok('problems' in parsePlace(value, '/eventId'), JSON.stringify(value));
  });
});
