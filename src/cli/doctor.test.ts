import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import {
  answering,
  type Receiver,
  response,
  type Script,
  startReceiver,
  testAuthority,
} from '../../test/support/receiver.ts';
import { certificateAt } from '../adapters/http/certificate.ts';
import { createSender } from '../adapters/http/sender.ts';
import { nodeCrypto } from '../adapters/system/crypto.ts';
import { verifyAs } from '../core/signing.ts';
import { type DoctorOptions, type DoctorWorld, runDoctor } from './doctor.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

async function examine(
  t: TestContext,
  url: string,
  options: DoctorOptions = {},
  changes: Partial<DoctorWorld> = {},
): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const policy = changes.policy ?? { dev: true, allowNetworks: [] };
  const sender = createSender({
    policy,
    ca: [testAuthority()],
    resolver: { lookUp: async () => ['127.0.0.1'] },
  });
  t.after(() => sender.close());
  const code = await runDoctor(url, options, {
    policy,
    nowMs: () => Date.now(),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    crypto: nodeCrypto(),
    version: '0.0.0',
    lookUp: async () => ['127.0.0.1'],
    certificate: (input) => certificateAt({ ...input, ca: [testAuthority()] }),
    send: (request) => sender.send(request, { timeoutMs: 5000, connectTimeoutMs: 1000 }),
    test: () => Promise.reject(new Error('no server')),
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
    ...changes,
  });
  return { code, lines };
}

async function receiver(
  t: TestContext,
  options: Parameters<typeof startReceiver>[0] = {},
): Promise<Receiver> {
  const started = await startReceiver(options);
  t.after(() => started.close());
  return started;
}

/** A receiver that believes only what is signed. */
const careful: Script = (request, socket) => {
  const headers = Object.entries(request.headers).flat() as string[];
  const received = { headers, body: request.body, secrets: [secret], fields: {}, nowS: Date.now() / 1000 };
  socket.write(response(verifyAs('standard', received, nodeCrypto()).valid ? 204 : 401));
};

const summary = (lines: string[]): string[] => lines.map((line) => line.split(/\s+/).slice(0, 2).join(' '));

describe('surehook doctor', () => {
  test('says of an endpoint in order that it is, one line each', async (t) => {
    const { port } = await receiver(t, { script: careful, certificate: 'receiver' });
    const { code, lines } = await examine(t, `https://receiver.test:${port}/hooks`, { secret });
    assert.deepEqual(
      summary(lines),
      ['ok name', 'ok address', 'ok certificate', 'ok answer', 'ok signature', 'ok forgery'],
      lines.join('\n'),
    );
    assert.equal(code, 0);
  });

  test('says that an endpoint believes forged events', async (t) => {
    const { origin } = await receiver(t);
    const { code, lines } = await examine(t, `${origin}/hooks`, { secret });
    assert.equal(lines.at(-1)!.startsWith('FAIL forgery'), true, lines.join('\n'));
    assert.equal(code, 1);
  });

  test('says that the signature is not accepted', async (t) => {
    const { origin } = await receiver(t, { script: answering(401) });
    const { code, lines } = await examine(t, `${origin}/hooks`, { secret });
    assert.match(lines.at(-1)!, /^FAIL signature +a signed test event was answered with 401/);
    assert.equal(code, 1);
  });

  test('without a secret sends one test event and says that the signature was not tried', async (t) => {
    const started = await receiver(t, { script: answering(401) });
    const { code, lines } = await examine(t, `${started.origin}/hooks`);
    assert.deepEqual(summary(lines), ['ok address', 'warn certificate', 'ok answer', '- signature']);
    assert.equal(started.requests[0]!.headers['surehook-test'], 'true');
    assert.equal(code, 0);
  });

  test('says what is wrong with a certificate, and sends nothing', async (t) => {
    for (const [certificate, problem] of [
      ['expired', /expired/i],
      ['selfsigned', /self.signed/i],
      ['other', /altname|does not match/i],
    ] as const) {
      const started = await receiver(t, { certificate });
      const { code, lines } = await examine(t, `https://receiver.test:${started.port}/`);
      assert.match(lines.at(-1)!, problem);
      assert.equal(lines.at(-1)!.startsWith('FAIL certificate'), true);
      assert.equal(started.requests.length, 0);
      assert.equal(code, 1);
    }
  });

  test('says what Surehook would refuse, or cannot find', async (t) => {
    const policy = { dev: false, allowNetworks: [] };
    const plain = await examine(t, 'http://shop.example/hooks', {}, { policy });
    assert.match(plain.lines.join(), /^FAIL address .*https.* --dev\.$/);
    const never = await examine(t, 'ftp://shop.example/', {}, { policy });
    assert.doesNotMatch(never.lines.join(), /--dev/);
    const inside = await examine(
      t,
      'https://shop.example/hooks',
      {},
      { policy, lookUp: async () => ['10.0.0.1'] },
    );
    assert.match(inside.lines.at(-1)!, /^FAIL address +10\.0\.0\.1: not public/);
    const lookUp = (): Promise<never> => Promise.reject(new Error('no.example: no such name'));
    const nowhere = await examine(t, 'https://no.example/', {}, { lookUp });
    assert.match(nowhere.lines.at(-1)!, /^FAIL name +no\.example: no such name/);
    assert.deepEqual([plain.code, inside.code, nowhere.code], [1, 1, 1]);
  });

  test('lets a running server send the test event to its own endpoint', async (t) => {
    const { origin } = await receiver(t);
    const tested: string[] = [];
    const world = {
      async test(id: string, { eventType }: { eventType: string }) {
        tested.push(`${id} ${eventType}`);
        return { httpStatus: 200, error: null, durationMs: 12 };
      },
    };
    const { code, lines } = await examine(t, `${origin}/`, { endpoint: 'ep_1', event: 'balance.low' }, world);
    assert.deepEqual(tested, ['ep_1 balance.low']);
    assert.deepEqual(summary(lines).slice(-2), ['ok answer', 'ok signature']);
    assert.equal(code, 0);
  });

  test('asks for a type that it knows', async (t) => {
    assert.equal((await examine(t, 'https://shop.example/', { event: 'no.such' })).code, 2);
  });
});
