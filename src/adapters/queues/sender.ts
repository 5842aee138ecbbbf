import type { AddressPolicy } from '../../core/address.ts';
import { type ForQueue, notSent, type Outcome, type Request } from '../../core/attempt.ts';
import { queueUrls } from '../../core/limits/queues.ts';
import { type QueueKind, type QueueTarget, queueTargetOf } from '../../core/queue.ts';
import type { Guard } from '../../ports/guard.ts';
import type { Sender, SendLimits } from '../../ports/sender.ts';
import { openAmqp } from './amqp.ts';
import { allowedAddresses } from './dial.ts';
import { QueueFault, queueFaultOf } from './fault.ts';
import { ignore } from './ignore.ts';
import { openKafka } from './kafka.ts';
import type { Link, Opening } from './link.ts';
import { Links } from './links.ts';
import { openNats } from './nats.ts';
import { openRedis } from './redis.ts';
import { openWatched } from './sockets.ts';
import { openTable } from './table.ts';

export interface QueueSenderOptions {
  policy: AddressPolicy;
  guard: Guard;
  /** Measures durations and idleness. */
  nowMs?: () => number;
  /** Certificates (PEM) of authorities trusted in addition to the platform's. */
  ca?: readonly string[];
}

/** SQS is spoken to by HTTP (`sqs.ts`). */
const openers: Record<Exclude<QueueKind, 'sqs'>, (opening: Opening) => Promise<Link>> = {
  redis: openRedis,
  nats: openNats,
  amqp: openAmqp,
  kafka: openKafka,
  postgres: openTable,
};

/** Puts requests into queues. What it answers holds no status: a broker that confirmed is a success, with its word as the body. */
export function createQueueSender(options: QueueSenderOptions): Sender {
  const { policy, guard, nowMs = () => performance.now() } = options;
  const links = new Links(nowMs);
  const targets = new Map<string, QueueTarget | string>();
  const addressesOf = (hostname: string): Promise<readonly string[]> => allowedAddresses(guard, hostname);
  let closed = false;

  function targetOf(url: string): QueueTarget | string {
    const found = targets.get(url);
    if (found !== undefined) return found;
    const read = queueTargetOf(url, 'to', policy);
    const target = typeof read === 'string' ? `the URL ${read}` : read;
    if (targets.size >= queueUrls) targets.delete(targets.keys().next().value ?? '');
    targets.set(url, target);
    return target;
  }

  async function open(
    target: QueueTarget,
    password: string | null,
    sendLimits: SendLimits,
    gone: () => void,
  ): Promise<Link> {
    const addresses = await addressesOf(target.hostname);
    const ca = options.ca ?? [];
    const opener = openers[target.kind as keyof typeof openers];
    const timeoutMs = Math.min(sendLimits.connectTimeoutMs, sendLimits.timeoutMs);
    const opening = { target, password, addresses, addressesOf, ca, timeoutMs, gone };
    const { sockets, made: link } = await openWatched(() => opener(opening), sendLimits.timeoutMs);
    return {
      put: (message, queueOptions) =>
        sockets.run(() => link.put(message, queueOptions)).finally(() => sockets.heard()),
      close() {
        link.close();
        sockets.endSoon();
      },
    };
  }

  async function put(
    request: Request,
    queue: ForQueue,
    target: QueueTarget,
    sendLimits: SendLimits,
  ): Promise<string> {
    const { password, ...event } = queue;
    const key = keyOf(target, password);
    const sinceMs = nowMs();
    const deadline = startDeadline(sendLimits.timeoutMs);
    const confirmed = links.use(
      key,
      (gone) => open(target, password, sendLimits, gone),
      (link) => link.put({ ...event, headers: request.headers, body: request.body.bytes }, target.options),
    );
    try {
      return await Promise.race([confirmed, deadline.passed]);
    } catch (error) {
      // It may have stopped answering for good; others find out at once instead of one by one.
      if (deadline.isPassed()) links.dropSilent(key, sinceMs);
      confirmed.catch(ignore);
      throw error;
    } finally {
      deadline.clear();
    }
  }

  return {
    async send(request, sendLimits) {
      const { queue } = request;
      if (closed) return notSent('connection_reset', 'the sender was closed');
      if (queue === undefined) return notSent('protocol', 'the request is for no queue');
      const target = targetOf(request.url);
      if (typeof target === 'string') return notSent('blocked_address', target);
      const startedAtMs = nowMs();
      const ended = (more: Partial<Outcome>): Outcome => ({
        ...notSent('rejected', ''),
        durationMs: Math.round(nowMs() - startedAtMs),
        ...more,
      });
      try {
        return ended({ error: null, responseBody: await put(request, queue, target, sendLimits) });
      } catch (error) {
        const { kind, message } = queueFaultOf(error, [queue.password]);
        return ended({ error: kind, detail: message });
      }
    },

    async close() {
      closed = true;
      links.close();
    },
  };
}

/** Those who go to the same broker as the same user share a connection. */
function keyOf(
  { kind, secure, hostname, port, user, path, options }: QueueTarget,
  password: string | null,
): string {
  return JSON.stringify([kind, secure, hostname, port, user, path, options.sasl, password]);
}

function startDeadline(ms: number): { passed: Promise<never>; isPassed(): boolean; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  let passed = false;
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      passed = true;
      reject(
        new QueueFault(
          'timeout',
          `the broker did not confirm within ${ms} ms; whether it has the message is unknown`,
        ),
      );
    }, ms);
  });
  return { passed: promise, isPassed: () => passed, clear: () => clearTimeout(timer) };
}
