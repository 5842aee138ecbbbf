import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../adapters/system/crypto.ts';
import type { LocalRequest } from '../core/local-request.ts';
import { signAs, verifyAs } from '../core/signing.ts';
import { type Fault, Forwarder, type LocalAnswer } from './listen-forward.ts';

const crypto = nodeCrypto();
const nowMs = 1_790_000_000_000;
const secret = `whsec_${Buffer.from('a key of thirty-two bytes, or so').toString('base64')}`;
const signer = { profile: 'standard', secret };

function event(id: string, body = '{"data":{"total":12.50}}'): LocalRequest {
  const signed = signAs('standard', { secrets: [secret], id, timestampS: nowMs / 1000, body }, crypto);
  return {
    eventId: id,
    type: 'order.created',
    headers: [['content-type', 'application/json'], ...Object.entries(signed)],
    body: Buffer.from(body),
  };
}

/** A receiver that believes what holds by the body it looks at, and by the secret it holds. */
function receiver({ look = (body: Uint8Array) => body, held = secret } = {}) {
  const came: { id: string; status: number }[] = [];
  const send = async (_url: string, { headers, body, eventId }: LocalRequest): Promise<LocalAnswer> => {
    const request = {
      headers: headers.flat(),
      body: look(body),
      secrets: [held],
      fields: {},
      nowS: nowMs / 1000,
    };
    const status = verifyAs('standard', request, crypto).valid ? 200 : 401;
    came.push({ id: eventId, status });
    return { status, body: '', durationMs: 1 };
  };
  return { came, send };
}

function forwarder(send: ReturnType<typeof receiver>['send'], ...faults: Fault[]) {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const world = {
    out: say,
    err: say,
    send,
    wait: async (ms: number) => say(`waited ${ms}`),
    nowMs: () => nowMs,
    crypto,
  };
  return { forwarder: new Forwarder(world, faults), lines };
}

const url = 'http://localhost:3000/hooks';
const statuses = ({ came }: ReturnType<typeof receiver>) => came.map(({ status }) => status);

describe('what is forwarded', () => {
  test('is one line with the answer and its time', async () => {
    const { send } = receiver();
    const { forwarder: one, lines } = forwarder(send);
    assert.equal(await one.handOn(event('evt_1'), url, signer), true);
    assert.match(
      lines[0]!,
      /^\d\d:\d\d:\d\d {2}order\.created +evt_1 {2}→ {2}200 in 1 ms {2}http:\/\/localhost:3000\/hooks$/,
    );
    assert.equal(one.isWrong, false);
  });

  test('comes again when nobody answers', async () => {
    const { forwarder: one, lines } = forwarder(async () => {
      throw new Error('ECONNREFUSED');
    });
    assert.equal(await one.handOn(event('evt_1'), url, signer), false);
    assert.match(lines[0]!, /nobody answers: ECONNREFUSED/);
  });

  test('a receiver that nobody has seen by the end did not do as it should; one that came up in time did', async () => {
    const { send } = receiver();
    let isUp = false;
    const { forwarder: one } = forwarder(async (to, request) => {
      if (!isUp) throw new Error('ECONNREFUSED');
      return await send(to, request);
    });
    await one.handOn(event('evt_1'), url, signer);
    assert.equal(one.isWrong, true);
    isUp = true;
    await one.handOn(event('evt_1'), url, signer);
    assert.equal(one.isWrong, false);
  });

  test('a duplicate comes twice, what is stale or badly signed comes besides and must be refused', async () => {
    const good = receiver();
    const { forwarder: one } = forwarder(good.send, 'duplicate', 'stale', 'bad-signature');
    await one.handOn(event('evt_1'), url, signer);
    assert.deepEqual(statuses(good), [401, 401, 200, 200]);
    assert.equal(one.isWrong, false);
    const { forwarder: other, lines } = forwarder(
      async () => ({ status: 200, body: '', durationMs: 1 }),
      'bad-signature',
    );
    await other.handOn(event('evt_1'), url, signer);
    assert.equal(other.isWrong, true);
    assert.ok(lines.some((line) => line.includes('believed it')));
  });

  test('out of order: the first comes after the second, also when there is no third', async () => {
    const all = receiver();
    const { forwarder: one } = forwarder(all.send, 'out-of-order');
    for (const id of ['evt_1', 'evt_2', 'evt_3']) await one.handOn(event(id), url, signer);
    await one.flush();
    assert.deepEqual(
      all.came.map(({ id }) => id),
      ['evt_2', 'evt_1', 'evt_3'],
    );
  });

  test('delayed: it waits before it goes out', async () => {
    const { send } = receiver();
    const { forwarder: one, lines } = forwarder(send, 'delayed');
    await one.handOn(event('evt_1'), url, signer);
    assert.equal(lines[0], 'waited 5000');
  });

  test("a provider's own signature cannot be made stale, which is said", async () => {
    const { send, came } = receiver();
    const { forwarder: one, lines } = forwarder(send, 'stale');
    await one.handOn(event('evt_1'), url, { profile: 'original', secret: '' });
    assert.equal(came.length, 1);
    assert.ok(lines.some((line) => line.includes('--profile')));
  });

  test('keys send the last one again, show it, and spoil the next one', async () => {
    const all = receiver();
    const { forwarder: one, lines } = forwarder(all.send);
    await one.handOn(event('evt_1'), url, signer);
    for (const key of ['r', 'i', 'c', 'd', '?']) await one.press(key);
    assert.equal(all.came.length, 2);
    assert.ok(lines.some((line) => line.startsWith("curl -X POST 'http://localhost:3000/hooks'")));
    assert.ok(lines.some((line) => line.includes('webhook-signature: v1,')));
    await one.handOn(event('evt_2'), url, signer);
    await one.handOn(event('evt_3'), url, signer);
    assert.deepEqual(
      all.came.map(({ id }) => id),
      ['evt_1', 'evt_1', 'evt_2', 'evt_2', 'evt_3'],
    );
  });
});

describe('a receiver that refuses what is right is told why', () => {
  const explained = async (options: Parameters<typeof receiver>[0], body?: string): Promise<string> => {
    const { forwarder: one, lines } = forwarder(receiver(options).send);
    assert.equal(await one.handOn(event('evt_1', body), url, signer), true);
    assert.equal(one.isWrong, true);
    return lines.slice(1).join('\n');
  };

  test('it verifies the body after parsing it', async () => {
    const look = (body: Uint8Array): Uint8Array =>
      Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString())));
    const text = await explained({ look });
    assert.match(text, /Found it.*after parsing it.*JSON\.stringify.*express\.raw/s);
  });

  test('it takes the characters of the secret for the key', async () => {
    const held = `whsec_${Buffer.from(secret).toString('base64')}`;
    assert.match(await explained({ held }), /Found it.*characters of the secret/s);
  });

  test('it holds another secret', async () => {
    const held = `whsec_${Buffer.from('another key of thirty-two bytes!').toString('base64')}`;
    assert.match(await explained({ held }), /hold that secret/);
  });
});
