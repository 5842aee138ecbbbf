import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { nodeCrypto } from '../src/adapters/system/crypto.ts';
import { valuesAt } from './place.ts';
import type { VerifyInput } from './reading.ts';
import { schemeNamed, schemes } from './schemes.ts';
import { sign } from './sign.ts';
import { verify } from './verify.ts';

const crypto = nodeCrypto();
const nowS = 1_767_225_600;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const seed = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);

function reasonOf(name: string, input: Partial<VerifyInput>): string {
  const result = verify(
    schemeNamed(name)!,
    { headers: {}, body: Buffer.alloc(0), secrets: ['k'], nowS, ...input },
    crypto,
  );
  return result.valid ? 'valid' : result.reason;
}

function pem(key: typeof rsa.publicKey): string {
  return key.export({ format: 'pem', type: 'spki' }).toString();
}

/** Schemes that take headers alone to sign, and the secret that each is tried with. */
const signing: Record<string, string> = Object.fromEntries(
  Object.keys(schemes)
    .filter(
      (name) =>
        ![
          'adyen-standard',
          'aws-sns',
          'braintree',
          'ebay',
          'linear',
          'mailgun',
          'paypal',
          'sendgrid',
          'unsigned',
          'gumroad',
          'wix',
        ].includes(name),
    )
    .map((name) => [name, name === 'discord' ? `whsk_${seed.toString('base64')}` : '00ff00ff']),
);

describe('the table of schemes', () => {
  test('what is signed under a scheme is verified under it, and no other body and no other secret', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(signing)),
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ minLength: 1, maxLength: 9 }),
        (name, body, more) => {
          const url = 'https://in.example/in/t?a=1';
          const type = ['content-type', 'application/x-www-form-urlencoded'];
          const secret = signing[name]!;
          const request = { secrets: [secret], id: 'evt_1', timestampS: nowS, url, headers: type, body };
          const headers = { ...sign(schemes[name]!, request, crypto), [type[0]!]: type[1]! };
          const given = { headers, body, url, secrets: [secret] };
          assert.equal(reasonOf(name, given), 'valid', name);
          const other = name === 'discord' ? `whsk_${Buffer.alloc(32, 7).toString('base64')}` : '00ff00fe';
          assert.equal(reasonOf(name, { ...given, secrets: [other] }), 'mismatch', name);
          assert.equal(reasonOf(name, { ...given, secrets: [other, secret] }), 'valid', name);
          // A token says nothing about the body; of a form, Twilio signs what it means.
          if (!['xendit', 'gitlab-token', 'twilio'].includes(name))
            assert.equal(reasonOf(name, { ...given, body: Buffer.concat([body, more]) }), 'mismatch', name);
        },
      ),
    );
  });

  test('signing says so where headers are not enough', () => {
    for (const name of Object.keys(schemes).filter((each) => signing[each] === undefined))
      assert.throws(
        () => sign(schemes[name]!, { secrets: ['00ff'], timestampS: nowS, body: '' }, crypto),
        /receiving only|can only verify|not written/,
        name,
      );
  });

  test('nothing that a stranger sends makes a verifier throw, and nothing made up is believed', () => {
    const places = [
      'x-twilio-signature',
      'x-ebay-signature',
      'paypal-transmission-sig',
      'paypal-cert-url',
      'paypal-auth-algo',
    ];
    const json = fc.json().map((text) => Buffer.from(text));
    const sns = fc
      .record({
        Type: fc.anything(),
        Signature: fc.anything(),
        SigningCertURL: fc.anything(),
        SignatureVersion: fc.constantFrom('1', '2', 3),
      })
      .map((value) =>
        Buffer.from(
          JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each)) ?? '',
        ),
      );
    const body = fc.oneof(fc.uint8Array({ maxLength: 300 }), json, sns);
    const key = fc.constantFrom(
      '',
      'k',
      '00ff',
      pem(rsa.publicKey),
      pem(ec.publicKey),
      'whpk_',
      '-----BEGIN PUBLIC KEY-----x',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(
          ...Object.entries(schemes).filter(([name]) => !['unsigned', 'gumroad'].includes(name)),
        ),
        body,
        fc.dictionary(fc.oneof(fc.constantFrom(...places), fc.string()), fc.string()),
        fc.webUrl({ withQueryParameters: true }),
        key,
        ([, scheme], bytes, headers, url, secret) => {
          const all =
            'read' in scheme || !('header' in scheme.place)
              ? headers
              : { ...headers, [scheme.place.header]: url };
          const fields = { webhookId: 'w', publicKey: 'p' };
          const result = verify(
            scheme,
            { headers: all, body: bytes, url, secrets: [secret], fields, nowS },
            crypto,
          );
          assert.equal(result.valid, false);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('each file of schemes can be had alone: it takes no other one and not the table', () => {
    for (const file of readdirSync(new URL('schemes', import.meta.url))) {
      const text = readFileSync(new URL(`schemes/${file}`, import.meta.url), 'utf8');
      for (const [, wanted] of text.matchAll(/from '([^']+)'/g))
        assert.doesNotMatch(wanted!, /^\.\/|schemes\.ts$/, file);
    }
  });
});

describe('schemes without public vectors', () => {
  test('BigCommerce is Standard Webhooks, X is HMAC-SHA256 in base64 of the whole body', () => {
    const body = Buffer.from('{"scope":"store/order/created"}');
    const mac = createHmac('sha256', 'k').update(body).digest('base64');
    assert.equal(
      reasonOf('twitter', { body, headers: { 'X-Twitter-Webhooks-Signature': `sha256=${mac}` } }),
      'valid',
    );
    const secret = Buffer.alloc(24, 3).toString('base64');
    const headers = sign(
      schemeNamed('standard')!,
      { secrets: [secret], id: 'a', timestampS: nowS, body },
      crypto,
    );
    assert.equal(reasonOf('bigcommerce', { body, headers, secrets: [secret] }), 'valid');
  });

  function ebayHeader(more: object, body: Buffer): Record<string, string> {
    const signature = signBytes('sha1', body, ec.privateKey).toString('base64');
    const said = { alg: 'ecdsa', kid: 'k1', signature, digest: 'SHA1', ...more };
    return { 'X-EBAY-SIGNATURE': Buffer.from(JSON.stringify(said)).toString('base64') };
  }

  test('eBay signs with ECDSA what its header says in JSON', () => {
    const body = Buffer.from('{"metadata":{"topic":"MARKETPLACE_ACCOUNT_DELETION"}}');
    const secrets = [pem(ec.publicKey)];
    assert.equal(reasonOf('ebay', { body, secrets, headers: ebayHeader({}, body) }), 'valid');
    const oneLine = secrets.map((text) => text.replaceAll(/\n/g, ''));
    assert.equal(reasonOf('ebay', { body, secrets: oneLine, headers: ebayHeader({}, body) }), 'valid');
    const wrong: [object, string][] = [
      [{ digest: 'MD5' }, 'unknown_version'],
      [{ alg: 'none' }, 'unknown_version'],
      [{ digest: 'SHA256' }, 'mismatch'],
      [{ signature: '' }, 'malformed_signature'],
      [{ signature: 5 }, 'malformed_signature'],
    ];
    for (const [more, reason] of wrong)
      assert.equal(reasonOf('ebay', { body, secrets, headers: ebayHeader(more, body) }), reason);
    const headers = ebayHeader({}, body);
    assert.equal(reasonOf('ebay', { body: Buffer.from('{}'), secrets, headers }), 'mismatch');
    assert.equal(reasonOf('ebay', { body, secrets: [pem(rsa.publicKey)], headers }), 'mismatch');
  });

  function token(head: object, claims: object, key = rsa.privateKey): Buffer {
    const text = [head, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return Buffer.from(`${text}.${signBytes('sha256', Buffer.from(text), key).toString('base64url')}`);
  }

  test("Wix's body is a token of one algorithm, and its end counts", () => {
    const secrets = [pem(rsa.publicKey)];
    const judged = (body: Buffer) => reasonOf('wix', { body, secrets });
    assert.equal(judged(token({ alg: 'RS256' }, { data: '{}' })), 'valid');
    assert.equal(judged(token({ alg: 'RS256' }, { exp: nowS + 60 })), 'valid');
    assert.equal(judged(token({ alg: 'RS256' }, { exp: nowS - 1 })), 'too_old');
    assert.equal(judged(token({ alg: 'none' }, {})), 'unknown_version');
    assert.equal(judged(token({ alg: 'HS256' }, {})), 'unknown_version');
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    assert.equal(judged(token({ alg: 'RS256' }, {}, stranger)), 'mismatch');
    // Who knows the public key can't sign with it as if it were an HMAC's.
    const [head, claims] = token({ alg: 'RS256' }, {}).toString().split('.');
    const mac = createHmac('sha256', secrets[0]!).update(`${head}.${claims}`).digest('base64url');
    assert.equal(judged(Buffer.from(`${head}.${claims}.${mac}`)), 'mismatch');
    for (const body of ['', '..', 'a.b.c', `${token({ alg: 'RS256' }, {})}.d`])
      assert.equal(judged(Buffer.from(body)), 'malformed_body');
  });
});

describe('attacks on single schemes', () => {
  test('a certificate is fetched from hosts of the provider only, whatever the request says', () => {
    const paypal = (address: string, more: Partial<VerifyInput> = {}) => {
      const headers = {
        'paypal-transmission-sig': 'AAAA',
        'paypal-auth-algo': 'SHA256withRSA',
        'paypal-transmission-id': 'i',
        'paypal-transmission-time': 't',
        'paypal-cert-url': address,
      };
      return reasonOf('paypal', { headers, fields: { webhookId: 'w' }, secrets: [], ...more });
    };
    const own = 'https://api.paypal.com/v1/notifications/certs/CERT-1';
    assert.equal(paypal(own), 'certificate_needed');
    for (const address of [
      'http://api.paypal.com/c',
      'https://paypal.com.evil.example/c',
      'https://evilpaypal.com/c',
      'https://evil.example/c?paypal.com',
      'https://api.paypal.com@evil.example/c',
      'https://api.paypal.com:8443/c',
      'https://evil.example#.paypal.com',
      'https://evil.example\\.paypal.com/',
      'file:///etc/passwd',
      'nonsense',
      `https://api.paypal.com/${'c'.repeat(500)}`,
    ])
      assert.equal(paypal(address), 'certificate_host', address);
    const fields = { webhookId: 'w', certificateHosts: 'certs.example, other.example' };
    assert.equal(paypal('https://certs.example/c', { fields }), 'certificate_needed');
    assert.equal(paypal('https://more.certs.example/c', { fields }), 'certificate_host');
    assert.equal(paypal(own, { certificates: { [own]: 'no certificate' } }), 'bad_certificate');
    assert.equal(paypal(own, { certificates: JSON.parse('{"__proto__":{}}') }), 'certificate_needed');
  });

  test('members of an SNS message cannot be moved into one another', () => {
    const message = {
      Type: 'Notification',
      Message: 'a',
      MessageId: 'id\nTimestamp\nx',
      TopicArn: 'arn:aws:sns:eu-west-1:1:t',
      SignatureVersion: '2',
      Signature: 'AAAA',
      SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/c.pem',
    };
    const judged = (more: object, fields = {}) =>
      reasonOf('aws-sns', {
        body: Buffer.from(JSON.stringify({ ...message, ...more })),
        secrets: [],
        fields,
      });
    assert.equal(judged({}), 'malformed_body');
    assert.equal(judged({ MessageId: 'id' }), 'certificate_needed');
    assert.equal(judged({ MessageId: 'id', Message: 'two\nlines' }), 'certificate_needed');
    assert.equal(judged({ MessageId: 'id' }, { topicArn: message.TopicArn }), 'certificate_needed');
    assert.equal(judged({ MessageId: 'id' }, { topicArn: 'arn:aws:sns:eu-west-1:2:t' }), 'wrong_topic');
  });

  test('Twilio: a body that neither the address nor the fields cover is refused, and so is a form too large to sort', () => {
    const url = 'https://in.example/in/t';
    const mac = createHmac('sha1', 'k').update(url).digest('base64');
    const judged = (body: string, type: string, headers: object = {}) =>
      reasonOf('twilio', {
        url,
        body: Buffer.from(body),
        headers: { 'x-twilio-signature': mac, 'content-type': type, ...headers },
      });
    assert.equal(judged('', 'application/json'), 'valid');
    assert.equal(judged('{"a":1}', 'application/json'), 'missing_part');
    assert.equal(judged('a=1', 'application/x-www-form-urlencoded'), 'mismatch');
    assert.equal(judged('a&'.repeat(1000), 'application/x-www-form-urlencoded'), 'malformed_body');
    const hash = createHash('sha256').update('{"a":1}').digest('hex');
    const full = `${url}?x=1&bodySHA256=${hash}`;
    const headers = { 'x-twilio-signature': createHmac('sha1', 'k').update(full).digest('base64') };
    const request = {
      url: full.replace('in.example', 'behind.a.proxy'),
      body: Buffer.from('{"a":1}'),
      headers,
    };
    assert.equal(reasonOf('twilio', { ...request, fields: { notificationUrl: url } }), 'valid');
    assert.equal(reasonOf('twilio', request), 'mismatch');
  });

  test("Braintree: another account's pair and a payload of other characters are refused", () => {
    const key = createHash('sha1').update('private').digest();
    const payload = 'PG4vPg==\n';
    const mac = createHmac('sha1', key).update(payload).digest('hex');
    const judged = (signature: string, text = payload) => {
      const body = Buffer.from(new URLSearchParams({ bt_signature: signature, bt_payload: text }).toString());
      return reasonOf('braintree', { body, secrets: ['private'], fields: { publicKey: 'mine' } });
    };
    assert.equal(judged(`mine|${mac}`), 'valid');
    assert.equal(judged(`other|${'0'.repeat(40)}&mine|${mac}`), 'valid');
    assert.equal(judged(`other|${mac}`), 'unknown_version');
    assert.equal(judged(`mine|${mac}`, `${payload}<`), 'malformed_body');
    assert.equal(judged(`${'a|b&'.repeat(10)}mine|${mac}`), 'too_many_signatures');
  });

  test('Adyen: every item must hold, and more than 100 are none', () => {
    const key = '00ff';
    const item = (success: string, signed = success) => {
      const fields = ['p', '', 'm', 'r', '5', 'EUR', 'CAPTURE', signed].join(':');
      const hmacSignature = createHmac('sha256', Buffer.from(key, 'hex')).update(fields).digest('base64');
      const amount = { value: 5, currency: 'EUR' };
      return {
        NotificationRequestItem: {
          pspReference: 'p',
          merchantAccountCode: 'm',
          merchantReference: 'r',
          amount,
          eventCode: 'CAPTURE',
          success,
          additionalData: { hmacSignature },
        },
      };
    };
    const judged = (notificationItems: unknown) =>
      reasonOf('adyen-standard', {
        body: Buffer.from(JSON.stringify({ notificationItems })),
        secrets: [key],
      });
    assert.equal(judged([item('true'), item('false')]), 'valid');
    assert.equal(judged([item('true'), item('true', 'false')]), 'mismatch');
    assert.equal(judged(Array(100).fill(item('true'))), 'valid');
    assert.equal(judged(Array(101).fill(item('true'))), 'malformed_body');
    for (const items of [[], {}, null, [null], [{}], 'x']) assert.notEqual(judged(items), 'valid');
  });

  test('JSON nested deeper than anyone means is none, and a token of megabytes is none', () => {
    const nested = (depth: number) => {
      const signature = '{"timestamp":"1","token":"t","signature":""}';
      return Buffer.from(
        `{"signature":${signature},"more":${'['.repeat(depth - 1)}"]["${']'.repeat(depth - 1)}}`,
      );
    };
    const judged = (depth: number) =>
      valuesAt({ body: '/signature/token' }, { headers: [], body: nested(depth) });
    assert.deepEqual([judged(64), judged(65), judged(1_000_000)], [['t'], [], []]);
    const body = Buffer.alloc(1024 * 1024 + 1, '.');
    assert.equal(reasonOf('wix', { body, secrets: [pem(rsa.publicKey)] }), 'malformed_body');
  });

  test('a token of another length or with more around it is none', () => {
    for (const value of ['kk', '', 'K', ' k', 'k ']) {
      assert.notEqual(reasonOf('xendit', { headers: { 'x-callback-token': value } }), 'valid', value);
    }
    assert.equal(reasonOf('xendit', { headers: { 'x-callback-token': ['k', 'k'] } }), 'duplicate_header');
  });

  test('a wrong entry beside a right one takes nothing from it, but two headers made one are refused', () => {
    const t = `t=${nowS}`;
    const mac = createHmac('sha256', 'k').update(`${nowS}.`).digest('hex');
    const judged = (value: string) => reasonOf('stripe', { headers: { 'stripe-signature': value } });
    assert.equal(judged(`${t},v1=potato,v1=${mac}`), 'valid');
    assert.equal(judged(`${t},v1=potato`), 'malformed_signature');
    assert.equal(judged(`${t},v1=${mac},${t},v1=${mac}`), 'duplicate_header');
    assert.equal(judged(`${t},v1=${mac}, ${t},v1=${mac}`), 'malformed_signature');
  });
});
