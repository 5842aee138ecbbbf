import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeCrypto } from '../adapters/system/crypto.ts';
import { runSign } from './sign.ts';
import { runVerify, type VerifyOptions } from './verify.ts';

const body = Buffer.from('{"a":1}');
const now = '1767225600';

function run<Options>(
  command: (options: Options, body: Uint8Array, io: Parameters<typeof runVerify>[2]) => number,
  options: Options,
  given: Uint8Array = body,
): { code: number; out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    nowS: () => 1_767_225_600.5,
    crypto: nodeCrypto(),
  };
  return { code: command(options, given, io), out, err };
}

function headersOf(scheme: string, secret: string[]): string[] {
  const { out } = run(runSign, { scheme, secret, id: 'evt_1' });
  const headers: Record<string, string> = JSON.parse(out[0]!);
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}

const secret = Buffer.alloc(24, 1).toString('base64');

describe('surehook sign and surehook verify', () => {
  for (const scheme of ['standard', 'foxreload', 'digital-goods', 'petstore', 'ecomm', 'cloudevents']) {
    test(`${scheme}: what sign prints, verify believes, and nothing else`, () => {
      const header = headersOf(scheme, [secret]);
      const good = run(runVerify, { scheme, secret: [secret], header });
      assert.deepEqual([good.code, good.out], [0, ['{"valid":true}']]);
      const bad = run(runVerify, { scheme, secret: [secret], header }, Buffer.from('{"a":2}'));
      assert.equal(bad.code, 1);
      assert.equal(JSON.parse(bad.out[0]!).valid, false);
      assert.equal(JSON.parse(bad.out[0]!).reason, 'mismatch');
    });
  }

  test('an old secret given besides the new one is believed, too', () => {
    const header = headersOf('ecomm', ['old']);
    assert.equal(run(runVerify, { scheme: 'ecomm', secret: ['new', 'old'], header }).code, 0);
  });

  test('--now moves the clock', () => {
    const header = headersOf('standard', [secret]);
    const options: VerifyOptions = { scheme: 'standard', secret: [secret], header };
    assert.equal(run(runVerify, { ...options, now: '1767225900' }).code, 0);
    const late = run(runVerify, { ...options, now: '1767225901' });
    assert.equal(late.code, 1);
    assert.equal(JSON.parse(late.out[0]!).reason, 'too_old');
  });

  test('a scheme nobody knows is a reason, not a crash', () => {
    const { code, out } = run(runVerify, { scheme: 'nope', secret: ['x'] });
    assert.equal(code, 1);
    assert.equal(JSON.parse(out[0]!).reason, 'unknown scheme "nope"');
    assert.equal(run(runSign, { scheme: 'nope', secret: ['x'] }).code, 2);
  });

  test('--field and --certificate give what a scheme needs besides the secret', () => {
    const vectors = JSON.parse(
      readFileSync(new URL('../../test/vectors/signatures.json', import.meta.url), 'utf8'),
    ) as {
      id: string;
      headers: Record<string, string>;
      rawBodyBase64: string;
      certPem: string;
      publicKey: string;
    }[];
    const folder = mkdtempSync(join(tmpdir(), 'surehook-certificate-'));
    try {
      const paypal = vectors.find(({ id }) => id === 'paypal/01')!;
      const certificate = join(folder, 'certificate.pem');
      writeFileSync(certificate, paypal.certPem);
      const header = Object.entries(paypal.headers).map(([name, value]) => `${name}: ${value}`);
      const given = Buffer.from(paypal.rawBodyBase64, 'base64');
      const options = { scheme: 'paypal', header, field: ['webhookId=4JH86294D6297924G'] };
      assert.equal(run(runVerify, { ...options, certificate }, given).code, 0);
      const missing = run(runVerify, options, given);
      assert.deepEqual([missing.code, JSON.parse(missing.out[0]!).reason], [1, 'certificate_needed']);
      for (const wrong of [
        { field: ['colour=red'] },
        { field: ['webhookId'] },
        { certificate: '/nowhere/at/all.pem' },
      ]) {
        const { code, out, err } = run(runVerify, { ...options, ...wrong }, given);
        assert.deepEqual([code, out, err.length], [2, [], 1]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("--header tells sign the content type that Twilio's scheme looks at", () => {
    const header = ['Content-Type: application/x-www-form-urlencoded'];
    const request = { scheme: 'twilio', secret: ['token'], url: 'https://in.example/in/t' };
    const { out } = run(runSign, { ...request, header }, Buffer.from('b=2&a=1'));
    const signature = JSON.parse(out[0]!)['x-twilio-signature'];
    const verified = { ...request, header: [...header, `X-Twilio-Signature: ${signature}`] };
    assert.equal(run(runVerify, verified, Buffer.from('a=1&b=2')).code, 0);
    assert.equal(run(runSign, { ...request, header: ['no colon'] }).code, 2);
    assert.equal(run(runSign, { ...request, scheme: 'paypal' }).code, 2);
  });

  test('a command line that is not right says what to give, prints nothing else and exits with 2', () => {
    const wrong: VerifyOptions[] = [
      {},
      { scheme: 'ecomm' },
      { scheme: 'ecomm', secret: ['x'], header: ['no colon'] },
      { scheme: 'ecomm', secret: ['x'], now: 'yesterday' },
      { vectors: '/nowhere/at/all.json' },
    ];
    for (const options of wrong) {
      const { code, out, err } = run(runVerify, options);
      assert.deepEqual([code, out, err.length], [2, [], 1]);
    }
    for (const options of [
      {},
      { scheme: 'ecomm', secret: ['x'], signWith: 'both' },
      { scheme: 'standard', secret: ['x'] },
    ]) {
      assert.equal(run(runSign, options).code, 2);
    }
  });

  test('a file of vectors gives one line each, and exit code 1 as soon as one differs', () => {
    const file = fileURLToPath(new URL('../../test/vectors/profiles.json', import.meta.url));
    const { code, out } = run(runVerify, { vectors: file });
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out[0]!), { id: '0', expected: true, valid: true, reason: null });
    assert.deepEqual(JSON.parse(out[1]!), { id: '1', expected: false, valid: false, reason: 'mismatch' });

    const folder = mkdtempSync(join(tmpdir(), 'surehook-vectors-'));
    try {
      const other = join(folder, 'vectors.json');
      const vector = {
        id: 'x/1',
        scheme: 'ecomm',
        secret: 'k',
        headers: {},
        rawBodyBase64: '',
        now: null,
        valid: true,
      };
      writeFileSync(other, JSON.stringify([vector]));
      const result = run(runVerify, { vectors: other });
      assert.equal(result.code, 1);
      const line = { id: 'x/1', expected: true, valid: false, reason: 'missing_signature' };
      assert.deepEqual(
        result.out.map((text) => JSON.parse(text)),
        [line],
      );
      writeFileSync(other, '{}');
      assert.equal(run(runVerify, { vectors: other }).code, 2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('sign takes the moment from --now', () => {
    const { out } = run(runSign, { scheme: 'foxreload', secret: ['k'], now });
    assert.match(out[0]!, /"t=1767225600,v1=[0-9a-f]{64}"/);
  });
});
