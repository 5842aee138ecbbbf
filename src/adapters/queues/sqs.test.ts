import assert from 'node:assert/strict';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { notSent, type Request } from '../../core/attempt.ts';
import { queued } from '../../ports/destination.case.ts';
import { createSqsSender, signatureOf } from './sqs.ts';

const nowMs = Date.UTC(2026, 10, 26, 12, 0, 0);
const policy = { dev: false, allowNetworks: [] };
const sendLimits = { timeoutMs: 1000, connectTimeoutMs: 1000 };

class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(key?: string | Uint8Array) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

test('the signature is the one that the library of AWS makes', async () => {
  const body = '{"QueueUrl":"x","MessageBody":"ü"}';
  const host = 'sqs.eu-west-1.amazonaws.com';
  const credentials = { accessKeyId: 'KEYID', secretAccessKey: 'SEC/RET+' };
  const library = new SignatureV4({
    service: 'sqs',
    region: 'eu-west-1',
    credentials,
    sha256: Sha256 as never,
  });
  const headers = {
    host,
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AmazonSQS.SendMessage',
  };
  const theirs = await library.sign(
    { method: 'POST', protocol: 'https:', hostname: host, path: '/', headers, body, query: {} } as never,
    { signingDate: new Date(nowMs), unsignableHeaders: new Set(['x-amz-content-sha256']) },
  );
  const ours = signatureOf({
    host,
    bytes: Buffer.from(body),
    nowMs,
    region: 'eu-west-1',
    keyId: 'KEYID',
    secret: 'SEC/RET+',
  });
  const signature = (text = ''): string | undefined => /Signature=([0-9a-f]{64})/.exec(text)?.[1];
  // Theirs signs one header more, which the service does not ask for: the comparison is of what both sign.
  const authorization = theirs.headers.authorization ?? '';
  if (authorization.includes('x-amz-content-sha256')) assert.fail('the library signs another set of headers');
  assert.equal(signature(ours[3]), signature(authorization));
});

/** A queue that answers so, and what it was asked. */
async function asked(
  request: Request,
  answer: { status: number; body: string },
): Promise<{ sent: Request; outcome: Awaited<ReturnType<ReturnType<typeof createSqsSender>['send']>> }> {
  let sent: Request | null = null;
  const http = {
    async send(one: Request) {
      sent = one;
      const error = answer.status === 200 ? null : ('http_status' as const);
      return { ...notSent('http_status', ''), httpStatus: answer.status, error, responseBody: answer.body };
    },
    close: async () => {},
  };
  const outcome = await createSqsSender({ policy, http, nowMs: () => nowMs }).send(request, sendLimits);
  assert.ok(sent !== null);
  return { sent, outcome };
}

const url = 'sqs://KEYID:SECRET@sqs.eu-west-1.amazonaws.com/123456789012/orders';

test('a message of a FIFO queue has the reference as its group and the event as its number', async () => {
  const request = queued(`${url}.fifo`, 'evt_1', { reference: 'Bestellung ü' });
  const { sent } = await asked(request, { status: 200, body: '{"MessageId":"m"}' });
  const message = JSON.parse(sent.body.head) as Record<string, string>;
  assert.equal(message.MessageDeduplicationId, 'evt_1');
  assert.match(message.MessageGroupId!, /^[0-9a-f]{64}$/);
  assert.equal(sent.url, 'https://sqs.eu-west-1.amazonaws.com/');
});

test('a message has at most ten attributes, and those that verify it are among them', async () => {
  const request = queued(url, 'evt_1');
  for (let n = 0; n < 20; n += 1) request.headers.push(`x-own-${n}`, 'v');
  const { sent } = await asked(request, { status: 200, body: '{}' });
  const { MessageAttributes } = JSON.parse(sent.body.head) as { MessageAttributes: object };
  const names = Object.keys(MessageAttributes);
  assert.equal(names.length, 10);
  for (const name of ['webhook-id', 'webhook-signature', 'surehook-event-id'])
    assert.ok(names.includes(name), name);
});

test('a body that is no text is not sent, and one that begins with a mark keeps it', async () => {
  const request = queued(url, 'evt_1', { body: '\uFEFF{}' });
  const { sent } = await asked(request, { status: 200, body: '{}' });
  assert.equal((JSON.parse(sent.body.head) as { MessageBody: string }).MessageBody, '\uFEFF{}');
  const http = { send: () => assert.fail('sent'), close: async () => {} };
  request.body.bytes = Uint8Array.of(0xff);
  const outcome = await createSqsSender({ policy, http, nowMs: () => nowMs }).send(request, sendLimits);
  assert.equal(outcome.error, 'protocol');
  assert.match(outcome.detail, /not UTF-8 text/);
});

test('what SQS says is put into words; what a proxy says stays a status', async () => {
  const missing = {
    status: 400,
    body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The queue does not exist."}',
  };
  const { outcome } = await asked(queued(url, 'evt_1'), missing);
  assert.deepEqual([outcome.error, outcome.httpStatus], ['rejected', null]);
  assert.match(outcome.detail, /QueueDoesNotExist: The queue does not exist\./);
  const proxy = await asked(queued(url, 'evt_1'), { status: 502, body: '<html>' });
  assert.deepEqual([proxy.outcome.error, proxy.outcome.httpStatus], ['http_status', 502]);
});
