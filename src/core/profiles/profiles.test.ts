import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { parseDuration } from '../duration.ts';
import { attemptsAllowed, retryDelayMs } from '../retry.ts';
import { describeProfile, describeScheme, describeWire } from './describe.ts';
import { parseScheme } from './scheme-input.ts';
import { checkSecret, newSecret } from './secret.ts';
import { profileNamed, profiles } from './table.ts';
import { parseWireOverride, wireOf } from './wire.ts';

const standard = profileNamed('standard')!;

describe('policies', () => {
  const schedules: Record<string, string> = {
    standard: '5s 5m 30m 2h 5h 10h 14h 20h 24h',
    foxreload: '30s 2m 10m 1h 6h 24h',
    'digital-goods': '30s 5m 30m 2h 6h 15h',
    petstore: '1m 5m 30m 1h',
    ecomm: '1s 2s 4s 8s 16s',
    cloudevents: '5s 5m 30m 2h 5h 10h 14h 20h 24h',
    slack: '5s 5m 30m 2h 5h 10h 14h 20h 24h',
    original: '5s 5m 30m 2h 5h 10h 14h 20h 24h',
  };
  const timeouts: Record<string, string> = {
    standard: '15s',
    foxreload: '10s',
    'digital-goods': '10s',
    petstore: '5s',
    ecomm: '10s',
    cloudevents: '15s',
    slack: '15s',
    original: '15s',
  };

  for (const profile of profiles) {
    test(`${profile.name} retries, waits and gives up as documented`, () => {
      const waits = schedules[profile.name]!.split(' ').map(parseDuration);
      assert.equal(attemptsAllowed(profile.retry), waits.length + 1);
      assert.deepEqual(
        waits.map((_, place) => retryDelayMs(profile.retry, place + 1)),
        waits,
      );
      assert.equal(profile.timeoutMs, parseDuration(timeouts[profile.name]!));
      assert.equal(profile.retry.jitter, waits.length === 9 ? 0.1 : 0);
      assert.equal(profile.httpsOnly, profile.name === 'foxreload');
    });
  }

  test('an endpoint that keeps failing is treated as its profile says', () => {
    const policies = Object.fromEntries(
      profiles.map(({ name, failure }) => [name, Object.values(failure).join(' ')]),
    );
    const days = (count: number) => count * 86_400_000;
    assert.deepEqual(policies, {
      standard: `down ${days(5)} 5 disabled`,
      cloudevents: `down ${days(5)} 5 disabled`,
      'digital-goods': `down ${days(5)} 5 disabled`,
      foxreload: `down ${days(1)} 5 paused`,
      petstore: 'exhausted disabled',
      ecomm: 'none',
      slack: 'none',
      original: `down ${days(5)} 5 disabled`,
    });
  });
});

describe('secrets of endpoints', () => {
  const ok = (profile: string, text: string) => 'value' in checkSecret(profileNamed(profile)!, text);

  test('a new secret has its profile’s form and passes its own check', () => {
    const forms: Record<string, RegExp> = {
      standard: /^whsec_[A-Za-z0-9+/]{43}=$/,
      cloudevents: /^whsec_[A-Za-z0-9+/]{43}=$/,
      foxreload: /^[0-9a-f]{128}$/,
      'digital-goods': /^[0-9a-f]{64}$/,
      petstore: /^whsec_[0-9a-f]{32}$/,
      ecomm: /^[0-9a-f]{64}$/,
      slack: /^[0-9a-f]{64}$/,
      original: /^[0-9a-f]{64}$/,
    };
    for (const profile of profiles) {
      const secret = newSecret(profile, (count) => randomBytes(count));
      assert.match(secret, forms[profile.name]!);
      assert.deepEqual(checkSecret(profile, secret), { value: secret });
    }
  });

  test('standard and cloudevents take 24–64 bytes of base64, bare or after whsec_, or an ed25519 key', () => {
    const base64 = (count: number) => Buffer.alloc(count, 1).toString('base64');
    for (const profile of ['standard', 'cloudevents']) {
      for (const count of [24, 32, 64]) {
        assert.equal(ok(profile, base64(count)), true);
        assert.equal(ok(profile, `whsec_${base64(count)}`), true);
      }
      for (const count of [0, 23, 65]) assert.equal(ok(profile, `whsec_${base64(count)}`), false);
      for (const count of [32, 64]) assert.equal(ok(profile, `whsk_${base64(count)}`), true);
      for (const count of [0, 31, 33]) assert.equal(ok(profile, `whsk_${base64(count)}`), false);
      for (const text of ['', 'plain text of some length', `whpk_${base64(32)}`, `whsec_${base64(24)}\n`]) {
        assert.equal(ok(profile, text), false, text);
      }
    }
  });

  test('other profiles take any 1–256 printable characters as they are', () => {
    for (const text of ['x', ' ', 'whsec_not base64!', 'pässwörd 📦', 'x'.repeat(256), '📦'.repeat(256)]) {
      assert.deepEqual(checkSecret(profileNamed('petstore')!, text), { value: text });
    }
    for (const text of ['', 'x'.repeat(257), 'a\nb', 'a\0', 'a\u2028'])
      assert.equal(ok('ecomm', text), false);
  });

  test('a refusal never repeats the secret', () => {
    const found = checkSecret(standard, 'my-very-secret-text');
    assert.ok('problem' in found && !found.problem.includes('my-very'));
  });

  test('with a signature of its own, the endpoint’s secret has to be written as that wants it', () => {
    const read = parseScheme({ place: { header: 'x-sig' }, message: ['{body}'], keyEncoding: 'hex' }, '');
    const wire = { ...standard.wire, signature: 'scheme' in read ? read.scheme : null };
    assert.deepEqual(checkSecret(standard, 'abcd', wire), { value: 'abcd' });
    assert.ok('problem' in checkSecret(standard, 'xyz', wire));
  });
});

describe('own wire formats', () => {
  const pointers = (input: unknown) => {
    const read = parseWireOverride(input);
    return 'problems' in read ? read.problems.map(({ pointer }) => pointer) : [];
  };
  const signature = (more: object) => ({
    signature: { place: { header: 'x-sig' }, message: ['{body}'], ...more },
  });

  test('what the API shows of a profile’s wire format can be sent back and means the same', () => {
    for (const { wire } of profiles) {
      const json = JSON.parse(JSON.stringify(describeWire(wire)));
      assert.deepEqual(parseWireOverride(json), { wire });
    }
  });

  test('the grammar of the contract’s example is understood', () => {
    const input = {
      place: { header: 'X-Signature' },
      prefix: 'v1=',
      separator: ',',
      message: ['{timestamp}', '.', '{body}'],
      algorithm: 'hmac-sha256',
      keyEncoding: 'utf8',
      encoding: 'hex',
      timestamp: { place: { header: 'X-Time' }, unit: 'ms', tolerance: '10m' },
      id: { header: 'X-Id' },
      type: { body: '/event' },
    };
    const read = parseScheme(input, '/scheme');
    assert.ok('scheme' in read);
    assert.deepEqual(read.scheme.timestamp, { place: { header: 'x-time' }, unit: 'ms', toleranceS: 600 });
    assert.equal((describeScheme(read.scheme).timestamp as { tolerance: string }).tolerance, '10m');
  });

  test('each mistake is named with its place', () => {
    assert.deepEqual(pointers(null), ['/wire']);
    assert.deepEqual(pointers({ body: 1 }), ['/wire/body']);
    assert.deepEqual(pointers({ signature: 'standard' }), ['/wire/signature']);
    assert.deepEqual(pointers(signature({ algorithm: 'md5' })), ['/wire/signature/algorithm']);
    assert.deepEqual(pointers(signature({ message: ['{timestamp}'] })), ['/wire/signature/message']);
    assert.deepEqual(pointers(signature({ message: ['{body}', '{Body}'] })), ['/wire/signature/message/1']);
    assert.deepEqual(pointers(signature({ message: ['{timestamp}', '{body}'] })), [
      '/wire/signature/timestamp',
    ]);
    assert.deepEqual(pointers(signature({ message: ['{id}', '{body}'] })), ['/wire/signature/id']);
    assert.deepEqual(pointers(signature({ place: { query: 'sig' } })), ['/wire/signature/place']);
    assert.deepEqual(pointers(signature({ place: { header: 'Host' } })), ['/wire/signature/place']);
    assert.deepEqual(pointers(signature({ place: { header: 'a b' } })), ['/wire/signature/place']);
    assert.deepEqual(pointers(signature({ timestamp: 5 })), ['/wire/signature/timestamp']);
    const inList = { place: { header: 'x-sig' }, prefix: 't=', unit: 's', tolerance: '5m' };
    assert.deepEqual(pointers(signature({ timestamp: inList })), ['/wire/signature/separator']);
    assert.deepEqual(pointers(signature({ timestamp: { ...inList, tolerance: '5 min' } })), [
      '/wire/signature/timestamp/tolerance',
    ]);
    assert.deepEqual(pointers({ headers: { 'content-type': 'x' } }), ['/wire/headers/content-type']);
    assert.deepEqual(pointers({ headers: { 'x-a': 'a\r\nb' } }), ['/wire/headers/x-a']);
    assert.deepEqual(pointers({ headers: { 'x-a': '{secret}' } }), ['/wire/headers/x-a']);
    assert.deepEqual(pointers({ envelope: { kind: 'xml' } }), ['/wire/envelope']);
  });

  test('a body of own members holds the data once and the signature last', () => {
    const at = (members: unknown) => pointers({ envelope: { kind: 'members', members } });
    assert.deepEqual(
      at([
        ['version', '1'],
        ['data', '{data}'],
        ['sig', '{signature}'],
      ]),
      [],
    );
    assert.deepEqual(at([]), ['/wire/envelope/members']);
    assert.deepEqual(at([['type', '{type}']]), ['/wire/envelope/members']);
    assert.deepEqual(
      at([
        ['a', '{data}'],
        ['b', '{data}'],
      ]),
      ['/wire/envelope/members'],
    );
    assert.deepEqual(
      at([
        ['s', '{signature}'],
        ['data', '{data}'],
      ]),
      ['/wire/envelope/members'],
    );
    assert.deepEqual(
      at([
        ['data', '{data}'],
        ['data', '{id}'],
      ]),
      ['/wire/envelope/members/1'],
    );
    assert.deepEqual(
      at([
        ['data', '{data}'],
        ['x', '{what}'],
      ]),
      ['/wire/envelope/members/1/1'],
    );
  });

  test('parts that are not given come from the profile', () => {
    const wire = wireOf({ profile: 'petstore', wire: { headers: { 'x-a': '1' } } });
    assert.deepEqual(wire, { ...profileNamed('petstore')!.wire, headers: { 'x-a': '1' } });
    assert.throws(() => wireOf({ profile: 'nope', wire: null }), { code: 'invalid' });
  });
});

describe('profiles as the API shows them', () => {
  test('a profile is shown in full, durations as requests write them', () => {
    const shown = JSON.parse(JSON.stringify(describeProfile(profileNamed('foxreload')!)));
    assert.deepEqual(shown.retry, {
      schedule: ['30s', '2m', '10m', '1h', '6h', '24h'],
      jitter: 0,
      giveUpAfter: null,
    });
    assert.equal(shown.timeout, '10s');
    assert.deepEqual(shown.failure, {
      when: 'nothing but failure',
      for: '24h',
      failures: 5,
      status: 'paused',
    });
    assert.equal(shown.wire.signature.timestamp.tolerance, '5m');
    assert.equal(shown.secret, '64 random bytes as hex');
    const ecomm = JSON.parse(JSON.stringify(describeProfile(profileNamed('ecomm')!)));
    assert.deepEqual(ecomm.retry.exponential, { initial: '1s', factor: 2, maxRetries: 5, maxDelay: '60s' });
  });
});
