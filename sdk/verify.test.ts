import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nodeCrypto } from '../src/adapters/system/crypto.ts';
import type { Reason, VerifyInput } from './reading.ts';
import type { Scheme } from './scheme.ts';
import { schemeNamed, profileSchemes as schemes } from './schemes.ts';
import { sign } from './sign.ts';
import { verify } from './verify.ts';

const crypto = nodeCrypto();
const nowS = 1_767_225_600;
const body = Buffer.from('{"type":"order.created","data":{"total":12.50}}');
const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const other = 'whsec_HxwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEAHx4=';
const standard = schemes.standard!;
const foxreload = schemes.foxreload!;
const ecomm = schemes.ecomm!;

function signed(
  scheme: Scheme,
  more: Partial<VerifyInput> = {},
): VerifyInput & { headers: Record<string, string> } {
  const headers = sign(scheme, { secrets: [secret], id: 'evt_1', timestampS: nowS, body }, crypto);
  return { body, secrets: [secret], nowS, ...more, headers: { ...headers, ...(more.headers as object) } };
}

function reasonOf(scheme: Scheme, input: VerifyInput): Reason | 'valid' {
  const result = verify(scheme, input, crypto);
  return result.valid ? 'valid' : result.reason;
}

function standardSignature(text = `evt_1.${nowS}.${body}`): string {
  return createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(text)
    .digest('base64');
}

describe('verifying', () => {
  const anyScheme = fc.constantFrom(...Object.values(schemes));
  const anyBody = fc.uint8Array({ maxLength: 300 });
  const anyId = fc.stringMatching(/^[\x21-\x7e]{1,50}$/);

  test('what one signs under a scheme, another verifies', () => {
    fc.assert(
      fc.property(
        anyScheme,
        anyBody,
        anyId,
        fc.integer({ min: 0, max: 4e9 }),
        (scheme, given, id, timestampS) => {
          const headers = sign(scheme, { secrets: [secret, other], id, timestampS, body: given }, crypto);
          const input = { headers, body: given, secrets: [secret], nowS: timestampS };
          assert.equal(reasonOf(scheme, input), 'valid');
        },
      ),
    );
  });

  test('any changed, added or missing byte of the body is refused', () => {
    const change = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) });
    fc.assert(
      fc.property(
        anyScheme,
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        change,
        (scheme, given, { at, by }) => {
          const headers = sign(
            scheme,
            { secrets: [secret], id: 'evt_1', timestampS: nowS, body: given },
            crypto,
          );
          const place = at % given.length;
          const changed = given.map((byte, i) => (i === place ? byte ^ by : byte));
          for (const wrong of [changed, given.subarray(1), Buffer.concat([given, Buffer.from(' ')])]) {
            assert.equal(reasonOf(scheme, { headers, body: wrong, secrets: [secret], nowS }), 'mismatch');
          }
        },
      ),
    );
  });

  test('any changed character of the signature is refused', () => {
    fc.assert(
      fc.property(anyScheme, fc.nat(), fc.stringMatching(/^[\x20-\x7e]$/), (scheme, at, character) => {
        const input = signed(scheme);
        const name = (scheme.place as { header: string }).header;
        const value = input.headers[name]!;
        const place = at % value.length;
        fc.pre(value[place] !== character);
        const headers = {
          ...input.headers,
          [name]: value.slice(0, place) + character + value.slice(place + 1),
        };
        assert.notEqual(reasonOf(scheme, { ...input, headers }), 'valid');
      }),
    );
  });

  test('no request makes the verifier throw', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('v1,', 't=,v1=', 't=1', 'sha256=', ' ', ','),
    );
    const names = [
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'x-foxreload-signature',
      'x-ecomm-signature',
    ];
    const flat = fc.array(fc.oneof(fc.constantFrom(...names), value), { maxLength: 12 });
    const named = fc.dictionary(fc.constantFrom(...names), fc.oneof(value, fc.array(value)));
    const odd = fc.anything().map((headers) => headers as Record<string, string>);
    const secrets = fc.array(fc.oneof(fc.string(), fc.constantFrom(secret, 'whsk_', 'whpk_AA==', '')), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(anyScheme, fc.oneof(flat, named, odd), anyBody, secrets, (scheme, headers, given, keys) => {
        assert.equal(verify(scheme, { headers, body: given, secrets: keys, nowS }, crypto).valid, false);
      }),
      { numRuns: 500 },
    );
  });

  test('a custom scheme is read at its places: query, body and milliseconds', () => {
    const scheme: Scheme = {
      place: { query: 'sig' },
      message: ['{method}', ' ', '{url}', '|', '{timestamp}', '|', '{id}', '|', '{body}'],
      algorithm: 'hmac-sha512',
      keyEncoding: 'hex',
      encoding: 'hex',
      timestamp: { place: { body: '/meta/at~1ms' }, unit: 'ms', toleranceS: 60 },
      id: { header: 'X-Id' },
    };
    const text = Buffer.from(`{"meta":{"at/ms":${nowS}500}}`);
    const key = createHmac('sha512', Buffer.from('0aff', 'hex'));
    const message = `PUT http://a/?sig=|${nowS}500|7|${text}`;
    // The address is signed as it is registered, which here has no signature in it.
    const url = `http://a/?sig=`;
    const sig = key.update(message).digest('hex');
    const check = (given: string) =>
      reasonOf(
        { ...scheme, message: scheme.message.map((part) => (part === '{url}' ? url : part)) },
        {
          headers: ['x-ID', '7'],
          body: text,
          secrets: ['0aff'],
          nowS,
          method: 'PUT',
          url: given,
        },
      );
    assert.equal(check(`http://a/?sig=${sig}`), 'valid');
    assert.equal(check(`http://a/?sig=${sig}&sig=${sig}`), 'duplicate_header');
    assert.equal(check('http://a/'), 'missing_signature');
  });
});

describe('attacks on a verifier', () => {
  test('signatures are compared in constant time, whatever their length (A29)', () => {
    const compared: [string, string][] = [];
    const watched = {
      ...crypto,
      equal: (a: string, b: string) => compared.push([a, b]) > 0 && crypto.equal(a, b),
    };
    const wrong = standardSignature('something else');
    const headers = { 'webhook-signature': `v1,${standardSignature()} v1,${wrong}` };
    assert.equal(verify(standard, signed(standard, { headers }), watched).valid, true);
    // Both entries are looked at although the first one fits.
    assert.deepEqual(
      compared.map(([, given]) => given),
      [standardSignature(), wrong],
    );
    assert.equal(crypto.equal('short', 'longer text'), false);
  });

  test('an empty or truncated signature is refused (A30)', () => {
    const full = standardSignature();
    for (const value of [
      'v1,',
      'v1',
      'v1, ',
      `v1,${full.slice(0, 4)}`,
      `v1,${full.slice(0, -1)}`,
      `v1,${full.slice(0, 40)}`,
    ]) {
      const headers = { 'webhook-signature': value };
      assert.notEqual(reasonOf(standard, signed(standard, { headers })), 'valid', value);
    }
    for (const value of ['sha256=', 'sha256', 'sha256=ab']) {
      const headers = { 'x-ecomm-signature': value };
      assert.equal(reasonOf(ecomm, signed(ecomm, { headers })), 'malformed_signature', value);
    }
  });

  test('the algorithm follows from the secret and the scheme, never from the header (A31)', () => {
    const mac = createHmac('sha1', secret).update(body).digest('hex');
    for (const value of [`sha1=${mac}`, `none=`, 'none', `sha256=${mac}`]) {
      assert.equal(
        reasonOf(ecomm, signed(ecomm, { headers: { 'x-ecomm-signature': value } })),
        'malformed_signature',
      );
    }
    // A public key is no HMAC secret: who knows it can't make a v1 signature that counts.
    const publicKey = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
    const forged = createHmac('sha256', Buffer.from(publicKey.slice(5), 'base64')).update(
      `evt_1.${nowS}.${body}`,
    );
    const headers = { 'webhook-signature': `v1,${forged.digest('base64')}` };
    assert.equal(reasonOf(standard, signed(standard, { headers, secrets: [publicKey] })), 'mismatch');
    const relabelled = { 'webhook-signature': `v1a,${standardSignature()}` };
    assert.equal(reasonOf(standard, signed(standard, { headers: relabelled })), 'malformed_signature');
  });

  test('an empty or missing secret verifies nothing (A32)', () => {
    const mac = createHmac('sha256', '').update(body).digest('hex');
    const headers = { 'x-ecomm-signature': `sha256=${mac}` };
    assert.equal(reasonOf(ecomm, signed(ecomm, { headers, secrets: [''] })), 'bad_secret');
    assert.equal(reasonOf(ecomm, signed(ecomm, { headers, secrets: [] })), 'no_secret');
    assert.equal(reasonOf(ecomm, signed(ecomm, { secrets: [secret, ''] })), 'bad_secret');
    for (const empty of ['whsec_', '', 'whsk_', 'whpk_']) {
      assert.equal(reasonOf(standard, signed(standard, { secrets: [empty] })), 'bad_secret', empty);
    }
  });

  test('a request without a signature is refused (A33)', () => {
    for (const scheme of Object.values(schemes)) {
      const name = (scheme.place as { header: string }).header;
      const { [name]: _, ...headers } = signed(scheme).headers;
      assert.equal(reasonOf(scheme, { body, secrets: [secret], nowS, headers }), 'missing_signature');
      assert.equal(
        reasonOf(scheme, { body, secrets: [secret], nowS, headers: { ...headers, [name]: '' } }),
        'missing_signature',
      );
    }
  });

  test('300 seconds off is inside and 301 is outside, in both directions (A35)', () => {
    for (const scheme of [standard, foxreload]) {
      assert.equal(reasonOf(scheme, signed(scheme, { nowS: nowS + 300 })), 'valid');
      assert.equal(reasonOf(scheme, signed(scheme, { nowS: nowS - 300 })), 'valid');
      assert.equal(reasonOf(scheme, signed(scheme, { nowS: nowS + 301 })), 'too_old');
      assert.equal(reasonOf(scheme, signed(scheme, { nowS: nowS - 301 })), 'too_new');
      assert.equal(reasonOf(scheme, signed(scheme, { nowS: Number.NaN })), 'too_old');
    }
  });

  test('a timestamp is 1–12 digits and nothing else (A36)', () => {
    for (const text of [
      '123abc',
      '1e3',
      ' 123',
      '123 ',
      '0x7b',
      '1'.repeat(13),
      '-5',
      '+5',
      '1.5',
      '१२३',
      '',
    ]) {
      const mac = standardSignature(`evt_1.${text}.${body}`);
      const headers = { 'webhook-timestamp': text, 'webhook-signature': `v1,${mac}` };
      const reason = text === '' ? 'missing_timestamp' : 'malformed_timestamp';
      assert.equal(reasonOf(standard, signed(standard, { headers })), reason, JSON.stringify(text));
    }
    const old = { ...standard, timestamp: { ...standard.timestamp!, toleranceS: null } };
    const headers = {
      'webhook-timestamp': '999999999999',
      'webhook-signature': `v1,${standardSignature(`evt_1.999999999999.${body}`)}`,
    };
    assert.equal(reasonOf(old, signed(standard, { headers })), 'valid');
  });

  test('a signature, timestamp or id that came twice is refused (A37)', () => {
    const { headers } = signed(standard);
    const flat = Object.entries(headers).flat();
    assert.equal(reasonOf(standard, { headers: flat, body, secrets: [secret], nowS }), 'valid');
    for (const [name, value] of Object.entries(headers)) {
      const twice = [...flat, name.toUpperCase(), value];
      assert.equal(reasonOf(standard, { headers: twice, body, secrets: [secret], nowS }), 'duplicate_header');
      const listed = { ...headers, [name]: [value, value] };
      assert.equal(
        reasonOf(standard, { headers: listed, body, secrets: [secret], nowS }),
        'duplicate_header',
      );
    }
    const joined = { ...headers, 'webhook-signature': `v1,aaa, ${headers['webhook-signature']}` };
    assert.equal(
      reasonOf(standard, { headers: joined, body, secrets: [secret], nowS }),
      'malformed_signature',
    );
    const fox = signed(foxreload).headers['x-foxreload-signature']!;
    for (const value of [`${fox}, ${fox}`, `${fox},${fox}`]) {
      const both = { 'x-foxreload-signature': value };
      assert.notEqual(reasonOf(foxreload, signed(foxreload, { headers: both })), 'valid');
    }
  });

  test('ten signatures are looked at, eleven or ten thousand are refused (A38)', () => {
    const wrong = `v1,${standardSignature('something else')}`;
    const right = `v1,${standardSignature()}`;
    const list = (count: number) => ({
      'webhook-signature': [...Array(count - 1).fill(wrong), right].join(' '),
    });
    assert.equal(reasonOf(standard, signed(standard, { headers: list(10) })), 'valid');
    assert.equal(reasonOf(standard, signed(standard, { headers: list(11) })), 'too_many_signatures');
    assert.equal(reasonOf(standard, signed(standard, { headers: list(10_000) })), 'too_many_signatures');
    const unknown = { 'webhook-signature': `${'v9,x '.repeat(10)}${right}` };
    assert.equal(reasonOf(standard, signed(standard, { headers: unknown })), 'too_many_signatures');
  });

  test('strange separators and empty parts are refused (A39)', () => {
    const right = `v1,${standardSignature()}`;
    for (const value of [
      ` ${right}`,
      `${right} `,
      `${right}  ${right}`,
      `${right}\t${right}`,
      `${right},`,
      `${right};v2,x`,
      `,${right}`,
    ]) {
      assert.notEqual(
        reasonOf(standard, signed(standard, { headers: { 'webhook-signature': value } })),
        'valid',
        value,
      );
    }
    const fox = signed(foxreload).headers['x-foxreload-signature']!;
    for (const value of [
      fox.replace(',', ', '),
      `${fox},`,
      `,${fox}`,
      fox.replace(',', ';'),
      fox.replace('t=', 'T='),
    ]) {
      const headers = { 'x-foxreload-signature': value };
      assert.notEqual(reasonOf(foxreload, signed(foxreload, { headers })), 'valid', value);
    }
  });

  test('base64 and hex are accepted in one spelling only (A40)', () => {
    const right = standardSignature('evt_1.1767225600.{"type":"order.created","data":{"total":12.50}}');
    for (const value of [
      `${right}\n`,
      `${right}====`,
      right.replaceAll('+', '-').replaceAll('/', '_').replace('=', ''),
      `${right.slice(0, 10)}\n${right.slice(10)}`,
    ]) {
      assert.notEqual(
        reasonOf(standard, signed(standard, { headers: { 'webhook-signature': `v1,${value}` } })),
        'valid',
      );
    }
    const mac = createHmac('sha256', secret).update(body).digest('hex');
    for (const value of [mac.toUpperCase(), `${mac}0`, `${mac}zz`, `${mac} `, `0x${mac}`]) {
      assert.notEqual(
        reasonOf(ecomm, signed(ecomm, { headers: { 'x-ecomm-signature': `sha256=${value}` } })),
        'valid',
      );
    }
  });

  test('a body that was parsed and written anew is refused, and the answer says where to look (A41)', () => {
    const again = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    assert.notDeepEqual(again, body);
    const result = verify(standard, signed(standard, { body: again }), crypto);
    assert.equal(result.valid, false);
    assert.match(result.valid ? '' : result.detail, /parsed and written anew/);
  });

  test('bodies that are not UTF-8 are told apart by their bytes (A42)', () => {
    const [one, two] = [Buffer.from([0x22, 0xff, 0x22]), Buffer.from([0x22, 0xfe, 0x22])];
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), one]);
    for (const scheme of Object.values(schemes)) {
      const headers = sign(scheme, { secrets: [secret], id: 'evt_1', timestampS: nowS, body: one }, crypto);
      assert.equal(reasonOf(scheme, { headers, body: one, secrets: [secret], nowS }), 'valid');
      assert.equal(reasonOf(scheme, { headers, body: two, secrets: [secret], nowS }), 'mismatch');
      assert.equal(reasonOf(scheme, { headers, body: bom, secrets: [secret], nowS }), 'mismatch');
    }
  });

  test('entries of other versions are passed over, never believed (A43)', () => {
    const right = standardSignature();
    const mixed = { 'webhook-signature': `v2,${right} v1,${right}` };
    assert.equal(reasonOf(standard, signed(standard, { headers: mixed })), 'valid');
    for (const value of [`v2,${right}`, `V1,${right}`, `v10,${right}`, right]) {
      const headers = { 'webhook-signature': value };
      assert.equal(reasonOf(standard, signed(standard, { headers })), 'unknown_version', value);
    }
  });

  test('values that are no text are taken for missing ones (A44)', () => {
    for (const value of [null, 5, {}, [], undefined, Symbol('x')]) {
      const headers = { 'webhook-signature': value, 'webhook-id': value } as unknown as Record<
        string,
        string
      >;
      assert.equal(verify(standard, { headers, body, secrets: [secret], nowS }, crypto).valid, false);
    }
    for (const headers of [null, undefined, 'text', 5]) {
      const given = { headers: headers as unknown as string[], body, secrets: [secret], nowS };
      assert.equal(reasonOf(standard, given), 'missing_signature');
    }
  });

  test("another's secret, id or scheme does not fit (A45, A46)", () => {
    assert.equal(reasonOf(standard, signed(standard, { secrets: [other] })), 'mismatch');
    assert.equal(reasonOf(standard, signed(standard, { headers: { 'webhook-id': 'evt_2' } })), 'mismatch');
    const { 'x-ecomm-signature': value } = signed(ecomm).headers;
    const headers = { 'x-petstore-signature': value! };
    assert.equal(reasonOf(ecomm, { headers, body, secrets: [secret], nowS }), 'missing_signature');
  });

  test('more bytes after the signed ones are refused: the hash is keyed, so nobody can go on from it (A47)', () => {
    const longer = Buffer.concat([body, Buffer.from([0x80, 0, 0]), Buffer.from('more')]);
    assert.equal(reasonOf(ecomm, signed(ecomm, { body: longer })), 'mismatch');
  });
});

describe('scheme names', () => {
  test('a name that is none of the table finds nothing, also names every object has', () => {
    for (const name of ['', 'constructor', '__proto__', 'toString', 'Standard', 'stripes']) {
      assert.equal(schemeNamed(name), undefined, name);
    }
    assert.equal(schemeNamed('standard-webhooks'), standard);
  });
});
