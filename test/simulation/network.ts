import { verify } from '../../sdk/verify.ts';
import type { Outcome, Request } from '../../src/core/attempt.ts';
import { wireOf } from '../../src/core/profiles/wire.ts';
import { attemptsAllowed } from '../../src/core/retry.ts';
import type { Sender, SendLimits } from '../../src/ports/sender.ts';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import { type Answered, type EndpointRecord, type Tracked, tagOf } from './tracked.ts';
import { type Answer, type Answering, drawAnswering } from './weather.ts';
import type { World } from './world.ts';

interface Receiver {
  answering: Answering;
  dead: boolean;
  bucket: { tokens: number; atMs: number; fresh: number };
}

/** `Retry-After` as receivers send it, and what a readable one asks for. */
type RetryAfter = (wallMs: number) => { text: string; askedMs: number };
const retryAfters: readonly RetryAfter[] = [
  () => ({ text: '1', askedMs: 1000 }),
  () => ({ text: '7200', askedMs: 7_200_000 }),
  () => ({ text: '9999999999', askedMs: 9_999_999_999_000 }),
  () => ({ text: '-5', askedMs: 0 }),
  () => ({ text: '1.5', askedMs: 0 }),
  () => ({ text: 'soon', askedMs: 0 }),
  () => ({ text: '', askedMs: 0 }),
  (wallMs) => dated(wallMs, 3_600_000),
  (wallMs) => dated(wallMs, -3_600_000),
];

function dated(wallMs: number, aheadMs: number): { text: string; askedMs: number } {
  const atMs = Math.floor((wallMs + aheadMs) / 1000) * 1000;
  return { text: new Date(atMs).toUTCString(), askedMs: Math.max(0, atMs - wallMs) };
}

/** The receivers and the wire to them. Every request is looked at before it goes out. */
export class Network {
  readonly #world: World;
  readonly #prng: Prng;
  readonly #receivers = new Map<EndpointRecord, Receiver>();
  readonly #inFlight = new Map<SimNode, Map<number, Tracked>>();
  sends = 0;

  constructor(world: World) {
    this.#world = world;
    this.#prng = world.kernel.prng.fork();
  }

  isInFlight(node: SimNode, key: number): boolean {
    return this.#inFlight.get(node)?.has(key) === true;
  }

  nodeIsDown(node: SimNode): void {
    this.#inFlight.delete(node);
  }

  /** Everybody answers again, but those who never will. */
  heal(): void {
    for (const record of this.#world.ledger.records.values()) this.#receiverOf(record);
  }

  sender(node: SimNode): Sender {
    return {
      send: (request, limits) => this.#send(node, request, limits),
      close: async () => {},
    };
  }

  #send(node: SimNode, request: Request, limits: SendLimits): Promise<Outcome> {
    const { kernel } = this.#world;
    const one = this.#find(request);
    if (one === null) return new Promise(() => {});
    kernel.trace(
      `${node.name} sends ${one.key} (${one.event.n} to ${one.record.endpoint.no}), attempt ${one.attempts + 1}`,
    );
    this.#check(node, one, request);
    this.sends += 1;
    this.#world.somethingIsUnderWay();
    one.sends += 1;
    const flying = this.#inFlight.get(node) ?? new Map<number, Tracked>();
    this.#inFlight.set(node, flying);
    flying.set(one.key, one);
    node.inFlight += 1;
    if (one.poison) {
      one.crashes += 1;
      if (one.crashes > attemptsAllowed(one.record.endpoint.retry) && !one.putBack) {
        kernel.fail('19 poison', `${one.key} killed a node ${one.crashes} times`);
      }
      kernel.after(this.#prng.between(1, 40), () => node.die('poison'));
      return new Promise(() => {});
    }
    const { answer, afterMs } = this.#answer(this.#receiverOf(one.record), limits);
    const hit = answer === 'ok' || answer === 'slow' || answer === 'answer_lost';
    if (hit) one.successes += 1;
    return new Promise((resolve) => {
      kernel.after(afterMs, () =>
        node.enter(() => {
          if (flying.get(one.key) === one) flying.delete(one.key);
          node.inFlight -= 1;
          const { outcome, askedMs } = this.#outcomeOf(answer, afterMs);
          kernel.trace(
            `${node.name} hears ${answer} ${outcome.httpStatus ?? outcome.error} about ${one.key}`,
          );
          if (!node.isReplaced) one.answered = answeredBy(outcome, askedMs, this.#world.wallMs);
          resolve(outcome);
        }),
      );
    });
  }

  #find(request: Request): Tracked | null {
    const { kernel, ledger } = this.#world;
    const record = ledger.byTag.get(tagOf(request.url));
    const text = Buffer.from(request.body.bytes).toString('utf8');
    const n = /"simulated":(\d+)/.exec(text)?.[1];
    const one = ledger.byName.get(`${n}:${record?.endpoint.no}`);
    if (one === undefined) {
      kernel.fail('1 acknowledged', `event ${n} is sent to ${request.url} and nothing of it is stored`);
      return null;
    }
    return one;
  }

  #check(node: SimNode, one: Tracked, request: Request): void {
    const { kernel } = this.#world;
    const { record } = one;
    const fail = (invariant: string, detail: string): void =>
      kernel.fail(invariant, `${node.name} sends ${one.key}: ${detail}`);
    // A lease bears one request, also of a node which does not know yet that its work was taken over.
    if (one.grants.get(node.epoch) !== true) fail('8 lease', `it holds no lease for it (${[...one.grants]})`);
    one.grants.set(node.epoch, false);
    this.#checkBytes(one, request, fail);
    if (node.isReplaced) return;
    if (this.isInFlight(node, one.key) && one.excused === 0) fail('8 lease', 'a request for it is under way');
    if (kernel.nowMs > one.promptByMs && one.sends === 0)
      fail('16 fairness', `${kernel.nowMs - one.promptByMs} ms too late`);
    if (record.stopped)
      fail('7 stopped', `the endpoint is ${record.deleted ? 'deleted' : record.endpoint.status}`);
    const attempt = headerOf(request, 'surehook-attempt');
    if (attempt !== String(one.attempts + 1))
      fail('6 attempts', `it says attempt ${attempt} instead of ${one.attempts + 1}`);
    const underWay = [...(this.#inFlight.get(node)?.values() ?? [])].filter(
      (other) => other.record === record,
    ).length;
    if (underWay >= record.endpoint.concurrency)
      fail('16 concurrency', `${underWay} are under way of ${record.endpoint.concurrency}`);
    this.#checkRate(record, fail);
    if (record.acts === 0 && !record.unsure) this.#checkSettings(record, request, fail);
  }

  #checkBytes(one: Tracked, request: Request, fail: (invariant: string, detail: string) => void): void {
    const { endpoint } = one.record;
    const text = Buffer.from(request.body.bytes).toString('utf8');
    if (!text.includes(one.event.data)) fail('1 bytes', 'the data has other bytes than were published');
    // A signature within the body follows the secrets; all else of a body stays.
    const body = endpoint.profile === 'digital-goods' ? text.replace(/,"signature":"[^"]*"\}$/, '}') : text;
    one.body ??= body;
    if (one.body !== body) fail('11 stable', 'the body differs from the one before');
    const ids = ['webhook-id', 'x-foxreload-event-id', 'x-webhook-id', 'x-ecomm-event-id', 'ce-id']
      .map((name) => headerOf(request, name))
      .join();
    one.idHeaders ??= ids;
    if (one.idHeaders !== ids) fail('11 stable', `its id was ${one.idHeaders} and is ${ids}`);
  }

  #checkSettings(
    record: EndpointRecord,
    request: Request,
    fail: (invariant: string, detail: string) => void,
  ): void {
    const { wallMs } = this.#world;
    const { endpoint } = record;
    if (request.url !== endpoint.url)
      fail('11 stable', `it goes to ${request.url} and the endpoint is at ${endpoint.url}`);
    if (headerOf(request, 'x-token') !== endpoint.headers['x-token'])
      fail('20 secrets', `the endpoint's own header goes to ${request.url}`);
    const scheme = wireOf(endpoint).signature!;
    const headers: Record<string, string> = {};
    for (let i = 0; i < request.headers.length; i += 2)
      headers[request.headers[i]!] = request.headers[i + 1]!;
    const valid = endpoint.secrets.filter(
      ({ validUntilMs }) => validUntilMs === null || validUntilMs > wallMs,
    );
    const result = verify(
      scheme,
      {
        headers,
        body: request.body.bytes,
        method: 'POST',
        url: request.url,
        secrets: valid.map(({ value }) => value),
        nowS: Math.floor(wallMs / 1000),
      },
      this.#world.crypto,
    );
    if (!result.valid) fail('11 stable', `its signature is not valid: ${result.reason}`);
  }

  /** Over any time, no more than the rate and one burst, and what the store's slowness held up. */
  #checkRate(record: EndpointRecord, fail: (invariant: string, detail: string) => void): void {
    const rate = record.endpoint.ratePerSecond;
    const { kernel, weather } = this.#world;
    if (rate === null || weather.stalls > 0) return;
    const { bucket } = this.#receiverOf(record);
    const burst = 1 + rate * 0.1;
    const most = burst + (rate * 3 * weather.commitMs) / 1000;
    const fresh = (this.#world.freshBuckets - bucket.fresh) * burst;
    bucket.tokens = Math.min(most, bucket.tokens + ((kernel.nowMs - bucket.atMs) * rate) / 1000) + fresh;
    bucket.atMs = kernel.nowMs;
    bucket.fresh = this.#world.freshBuckets;
    bucket.tokens -= 1;
    if (bucket.tokens < -1e-6) fail('16 rate', `more than ${rate} a second`);
  }

  #receiverOf(record: EndpointRecord): Receiver {
    let receiver = this.#receivers.get(record);
    if (receiver === undefined) {
      receiver = {
        answering: drawAnswering(this.#prng),
        dead: this.#prng.chance(this.#world.weather.deadReceivers),
        bucket: { tokens: Number.POSITIVE_INFINITY, atMs: 0, fresh: 0 },
      };
      this.#receivers.set(record, receiver);
    }
    return receiver;
  }

  #answer(receiver: Receiver, { timeoutMs }: SendLimits): { answer: Answer; afterMs: number } {
    const prng = this.#prng;
    const answer = this.#world.chaos
      ? prng.weighted(receiver.answering)
      : receiver.dead
        ? prng.pick(['refused', 'timeout', 'server_error'] as const)
        : 'ok';
    const quickMs = Math.min(prng.between(1, 80), timeoutMs - 1);
    const afterMs =
      answer === 'timeout' ? timeoutMs : answer === 'slow' ? prng.between(quickMs, timeoutMs - 1) : quickMs;
    return { answer, afterMs };
  }

  #outcomeOf(answer: Answer, durationMs: number): { outcome: Outcome; askedMs: number } {
    const base: Outcome = {
      httpStatus: null,
      error: null,
      detail: '',
      durationMs,
      timings: null,
      responseHeaders: [],
      responseBody: '',
      responseTruncated: false,
      retryAfter: null,
    };
    const status = (httpStatus: number): Outcome => ({
      ...base,
      httpStatus,
      error: 'http_status',
      detail: `the receiver answered ${httpStatus}`,
    });
    const fault = (error: NonNullable<Outcome['error']>): Outcome => ({ ...base, error, detail: error });
    if (answer === 'busy') {
      const { text, askedMs } = this.#prng.pick(retryAfters)(this.#world.wallMs);
      const httpStatus = this.#prng.pick([429, 503, 500]);
      return {
        outcome: { ...status(httpStatus), retryAfter: text },
        askedMs: httpStatus === 500 ? 0 : askedMs,
      };
    }
    const outcomes: Record<Exclude<Answer, 'busy'>, () => Outcome> = {
      ok: () => ({ ...base, httpStatus: this.#prng.pick([200, 202, 204]) }),
      slow: () => ({ ...base, httpStatus: 200 }),
      refused: () => fault('connection_refused'),
      reset: () => fault('connection_reset'),
      answer_lost: () => fault('connection_reset'),
      timeout: () => fault('timeout'),
      server_error: () => status(500),
      gone: () => status(410),
      not_found: () => status(404),
      moved: () => ({ ...status(302), error: 'redirect' }),
    };
    return { outcome: outcomes[answer](), askedMs: 0 };
  }
}

function answeredBy(outcome: Outcome, askedMs: number, endedAtMs: number): Answered {
  return { ok: outcome.error === null, httpStatus: outcome.httpStatus, endedAtMs, askedMs };
}

function headerOf(request: Request, name: string): string | undefined {
  const at = request.headers.findIndex((text, i) => i % 2 === 0 && text === name);
  return at === -1 ? undefined : request.headers[at + 1];
}
