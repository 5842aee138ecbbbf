import { createHash, createHmac } from 'node:crypto';
import type { AddressPolicy } from '../../core/address.ts';
import {
  type FlatHeaders,
  type ForQueue,
  headerPairs,
  notSent,
  type Outcome,
  type Request,
} from '../../core/attempt.ts';
import * as limits from '../../core/limits/queues.ts';
import { type QueueTarget, queueTargetOf } from '../../core/queue.ts';
import type { Sender } from '../../ports/sender.ts';
import { queueFaultOf, tooLargeFault } from './fault.ts';
import { textOf } from './text.ts';

/** Left out of a message's attributes first: there can be ten, and none of these is needed to verify or sort it. */
const plain = new Set(['content-type', 'user-agent']);

/**
 * Puts requests into queues of Amazon SQS, or of whatever speaks its JSON protocol, by way of the HTTP sender: addresses, TLS,
 * connections and deadlines are its matter. Of a FIFO queue the reference is the group, and the event's id tells repetitions.
 */
export function createSqsSender(options: {
  policy: AddressPolicy;
  http: Sender;
  nowMs: () => number;
}): Pick<Sender, 'send'> {
  const { policy, http, nowMs } = options;
  return {
    async send(request, sendLimits) {
      const target = queueTargetOf(request.url, 'to', policy);
      if (typeof target === 'string') return notSent('blocked_address', `the URL ${target}`);
      let signed: Request;
      try {
        signed = requestOf(request, request.queue!, target, nowMs());
      } catch (error) {
        const { kind, message } = queueFaultOf(error);
        return notSent(kind, message);
      }
      return outcomeOf(await http.send(signed, sendLimits), request.body.bytes.byteLength);
    },
  };
}

function requestOf(request: Request, queue: ForQueue, target: QueueTarget, nowMs: number): Request {
  const { hostname, port, secure, path } = target;
  const isUsual = port === (secure ? 443 : 80);
  const host = `${hostname.includes(':') ? `[${hostname}]` : hostname}${isUsual ? '' : `:${port}`}`;
  const origin = `${secure ? 'https' : 'http'}://${host}`;
  const message = {
    QueueUrl: `${origin}/${path}`,
    MessageBody: textOf(request.body.bytes, 'a message of SQS'),
    MessageAttributes: attributesOf(request.headers),
    ...(path.endsWith('.fifo')
      ? {
          MessageGroupId: idOf(queue.reference ?? queue.eventId),
          MessageDeduplicationId: idOf(queue.eventId),
        }
      : {}),
  };
  const text = JSON.stringify(message);
  const bytes = Buffer.from(text);
  const headers = [
    'content-type',
    'application/x-amz-json-1.0',
    'x-amz-target',
    'AmazonSQS.SendMessage',
    ...signatureOf({
      host,
      bytes,
      nowMs,
      region: regionOf(target),
      keyId: target.user,
      secret: queue.password ?? '',
    }),
  ];
  return { url: `${origin}/`, headers, body: { head: text, withData: false, tail: '', bytes } };
}

function attributesOf(headers: FlatHeaders): Record<string, { DataType: 'String'; StringValue: string }> {
  const taken = headerPairs(headers).filter(([name, value]) => !plain.has(name) && value !== '');
  const entries = taken
    .slice(0, limits.sqsAttributes)
    .map(([name, StringValue]) => [name, { DataType: 'String' as const, StringValue }] as const);
  return Object.fromEntries(entries);
}

/** As SQS wants ids to be written; another text is replaced by its hash. */
function idOf(text: string): string {
  const fits = text.length <= limits.sqsIdChars && /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]+$/.test(text);
  return fits ? text : createHash('sha256').update(text).digest('hex');
}

function regionOf({ hostname, options }: QueueTarget): string {
  return options.region ?? /(?:^|\.)sqs\.([a-z0-9-]+)\./.exec(`.${hostname}`)?.[1] ?? 'us-east-1';
}

/** Signature Version 4 of a POST to `/`, as headers. */
export function signatureOf(input: {
  host: string;
  bytes: Uint8Array;
  nowMs: number;
  region: string;
  keyId: string;
  secret: string;
}): FlatHeaders {
  const { host, bytes, nowMs, region, keyId, secret } = input;
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/sqs/aws4_request`;
  const signed = 'content-type;host;x-amz-date;x-amz-target';
  const canonical = [
    'POST',
    '/',
    '',
    'content-type:application/x-amz-json-1.0',
    `host:${host}`,
    `x-amz-date:${time}`,
    'x-amz-target:AmazonSQS.SendMessage',
    '',
    signed,
    sha256(bytes),
  ].join('\n');
  const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<string | Buffer>(mac, `AWS4${secret}`);
  const signature = mac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${keyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  return ['x-amz-date', time, 'authorization', authorization];
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What the queue says is put into words; a status on its way to it (a proxy's, say) stays what it is. */
function outcomeOf(outcome: Outcome, bytes: number): Outcome {
  const quiet = { ...outcome, responseHeaders: [] };
  if (outcome.error !== 'http_status')
    return { ...quiet, httpStatus: outcome.error === null ? null : outcome.httpStatus };
  const said = errorOf(outcome.responseBody);
  if (said === null) return quiet;
  const told = `SQS did not take the message: ${said.type}${said.message}`;
  const detail = /TooLong|shorter than/.test(told) ? tooLargeFault(bytes, 'SQS', raiseSqs).message : told;
  return { ...quiet, httpStatus: null, error: 'rejected', detail };
}

/** Attributes count, too. */
const raiseSqs = "raise the queue's MaximumMessageSize (1 MiB at most, attributes included)";

function errorOf(body: string): { type: string; message: string } | null {
  try {
    const { __type: type, message, Message } = JSON.parse(body) as Record<string, unknown>;
    if (typeof type !== 'string') return null;
    const words = message ?? Message;
    return {
      type: type.slice(type.indexOf('#') + 1),
      message: typeof words === 'string' ? `: ${words}`.slice(0, limits.queueWordsChars) : '',
    };
  } catch {
    return null;
  }
}
