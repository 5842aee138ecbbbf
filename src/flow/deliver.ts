import { type Attempt, notSent, type Outcome, type Request, type RequestBody } from '../core/attempt.ts';
import type { Owed } from '../core/delivery.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { SurehookError } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import { judgeHealth } from '../core/health.ts';
import type { Line } from '../core/lane.ts';
import * as limits from '../core/limits/sending.ts';
import { withMasked } from '../core/masked.ts';
import type { Envelope } from '../core/profiles/profile.ts';
import { profileNamed } from '../core/profiles/table.ts';
import { bodyIsShared, buildBody, buildRequest, type Prepared, prepare } from '../core/request.ts';
import type { Crypto } from '../core/signing.ts';
import { timeText } from '../core/time-text.ts';
import { judge, type Verdict } from '../core/verdict.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Sender } from '../ports/sender.ts';
import type { EndpointHealth, Settlement } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Directory } from './directory.ts';
import { lineOf } from './dispatch.ts';
import type { Settler } from './settle.ts';

export interface DeliverParts {
  clock: Clock;
  random: Random;
  sender: Sender;
  telemetry: Telemetry;
  crypto: Crypto;
  version: string;
  directory: Directory;
  settler: Settler;
  release(owed: Owed[]): Promise<void>;
  /** Stored: the delivery waits in this line until then. */
  settled(endpointNo: number, line: Line, dueAtMs: number): void;
}

/** Runs one delivery: build the request → send it → judge what came of it → settle. */
export class Deliverer {
  readonly #parts: DeliverParts;
  readonly #prepared = new WeakMap<Endpoint, Prepared>();
  /** Deliveries that were given back while their request was under way: what comes of it no longer counts. */
  readonly #abandoned = new Set<number>();
  #lastBody: { event: Event; envelope: Envelope; body: RequestBody } | null = null;

  constructor(parts: DeliverParts) {
    this.#parts = parts;
  }

  /** `ended` is called once, when the outcome is known and before it is stored: the delivery's place is free again. */
  async deliver(owed: Owed, endpoint: Endpoint, ended: (outcome: Outcome | null) => void): Promise<void> {
    const atMs = this.#parts.clock.nowMs();
    const request = this.#build(owed.event, endpoint, { n: owed.attempts + 1, atMs, test: false });
    const outcome = await this.#send(request, endpoint);
    if (this.#abandoned.delete(owed.key)) return ended(null);
    const settling = this.#settle(owed, endpoint, { request: sent(request, endpoint), outcome, atMs });
    ended(outcome);
    await settling;
  }

  /** The process that held it died while its request was under way: that was an attempt, and nobody knows what came of it. */
  async lost(owed: Owed): Promise<void> {
    const endpoint = this.#parts.directory.endpoint(owed.endpointNo);
    if (endpoint === null) return this.#parts.release([owed]);
    const outcome = notSent(
      'lost',
      'the process died while the request was under way; whether it arrived is unknown',
    );
    await this.#settle(owed, endpoint, {
      request: unsent(endpoint),
      outcome,
      atMs: this.#parts.clock.nowMs(),
    });
  }

  /** One attempt outside every schedule, for a person who wants to see what the receiver says. Nothing of it is stored. */
  async tryOnce(endpoint: Endpoint, event: { type: string; data: string; id: string }): Promise<Attempt> {
    const atMs = this.#parts.clock.nowMs();
    const made: Event = {
      ...event,
      seq: 0,
      accountNo: endpoint.accountNo,
      timestamp: timeText(atMs),
      reference: null,
      source: null,
      origin: 'api',
      traceId: null,
      createdAtMs: atMs,
      received: null,
    };
    const request = this.#build(made, endpoint, { n: 1, atMs, test: true });
    const outcome = await this.#send(request, endpoint);
    return attemptOf(1, atMs, sent(request, endpoint), outcome, null);
  }

  /** The request as it would go out now, for who fetches deliveries and wants them as they would be sent. Throws when it cannot be built. */
  requestFor(event: Event, endpoint: Endpoint, attempt: number): Request {
    const atMs = this.#parts.clock.nowMs();
    const request = this.#build(event, endpoint, { n: attempt, atMs, test: false });
    if (request instanceof SurehookError) throw request;
    return request;
  }

  /** Gives deliveries back whose requests are still under way: the process stops and waits no longer. */
  async abandon(owed: Owed[]): Promise<void> {
    for (const { key } of owed) this.#abandoned.add(key);
    if (owed.length > 0) await this.#parts.release(owed);
  }

  /** The exact request for this moment, or why there can be none. */
  #build(
    event: Event,
    endpoint: Endpoint,
    attempt: { n: number; atMs: number; test: boolean },
  ): Request | SurehookError {
    const { random, crypto } = this.#parts;
    try {
      const prepared = this.#prepare(endpoint);
      return buildRequest({
        prepared,
        event,
        body: this.#body(event, prepared, attempt.atMs),
        attemptNumber: attempt.n,
        nowMs: attempt.atMs,
        traceBytes: random.bytes(24),
        test: attempt.test,
        crypto,
      });
    } catch (error) {
      if (error instanceof SurehookError) return error;
      // Thrown on, it would end the process, and the next one at the same delivery: a fault of ours is this delivery's alone.
      this.#parts.telemetry.warn('a request could not be built', {
        endpoint: endpoint.id,
        event: event.id,
        cause: String(error),
      });
      return new SurehookError(
        'invalid',
        'The request could not be built: a fault of the server, which its log explains.',
      );
    }
  }

  #prepare(endpoint: Endpoint): Prepared {
    let prepared = this.#prepared.get(endpoint);
    if (prepared === undefined) {
      const accountId = this.#parts.directory.account(endpoint.accountNo)?.id ?? '';
      prepared = prepare(endpoint, { accountId, version: this.#parts.version });
      this.#prepared.set(endpoint, prepared);
    }
    return prepared;
  }

  /** Endpoints that an event fans out to are served one after another, so remembering one body is enough to make it once. */
  #body(event: Event, prepared: Prepared, nowMs: number): RequestBody {
    const { envelope } = prepared.wire;
    const last = this.#lastBody;
    if (last !== null && last.event === event && last.envelope === envelope) return last.body;
    const body = buildBody({ event, prepared, nowMs, crypto: this.#parts.crypto });
    if (bodyIsShared(prepared.wire)) this.#lastBody = { event, envelope, body };
    return body;
  }

  #send(request: Request | SurehookError, endpoint: Endpoint): Promise<Outcome> {
    if (request instanceof SurehookError) return Promise.resolve(notSent('protocol', request.detail));
    const { timeoutMs } = endpoint;
    return this.#parts.sender.send(request, { timeoutMs, connectTimeoutMs: limits.connectTimeoutMs });
  }

  async #settle(
    owed: Owed,
    endpoint: Endpoint,
    tried: { request: Request; outcome: Outcome; atMs: number },
  ): Promise<void> {
    const { clock, random, telemetry, directory } = this.#parts;
    const { outcome } = tried;
    const nowMs = clock.nowMs();
    const tries = owed.tries + 1;
    const verdict = judge({
      outcome,
      policy: endpoint.retry,
      tries,
      startedAtMs: owed.startedAtMs,
      nowMs,
      random: random.number(),
    });
    const dueAtMs = verdict.kind === 'retry' ? verdict.dueAtMs : null;
    const attempt = attemptOf(owed.attempts + 1, tried.atMs, tried.request, outcome, dueAtMs);
    const settlement: Settlement = {
      key: owed.key,
      endpointNo: owed.endpointNo,
      fresh: owed.fresh,
      startedAtMs: owed.startedAtMs,
      replayNo: owed.replayNo,
      tries,
      attempt,
      next:
        dueAtMs === null
          ? { state: verdict.kind === 'delivered' ? 'delivered' : 'dead' }
          : { state: 'open', dueAtMs },
      health: this.#health(endpoint, outcome, verdict, nowMs),
    };
    const result = await this.#parts.settler.settle(settlement);
    if (result === null) return;
    if (result === 'lost') return telemetry.lost({ deliveryKey: owed.key, endpointId: endpoint.id });
    telemetry.attempted({
      event: owed.event,
      deliveryKey: owed.key,
      endpointId: endpoint.id,
      accountId: directory.account(endpoint.accountNo)?.id ?? '',
      attempt,
      result: verdict.kind,
    });
    if (dueAtMs !== null) this.#parts.settled(owed.endpointNo, lineOf({ ...owed, tries }), dueAtMs);
    else if (endpoint.ordered) this.#parts.settled(owed.endpointNo, 'first', nowMs);
  }

  /** The endpoint's record after this attempt; null when it stays as it is. A `lost` attempt is our fault, not the endpoint's. */
  #health(endpoint: Endpoint, outcome: Outcome, verdict: Verdict, nowMs: number): EndpointHealth | null {
    const health = this.#parts.directory.endpoint(endpoint.no);
    if (health === null || outcome.error === 'lost') return null;
    if (outcome.error === null && health.failingSinceMs === null) return null;
    const decision = judgeHealth({
      health,
      policy: profileNamed(endpoint.profile)?.failure ?? { kind: 'none' },
      succeeded: outcome.error === null,
      httpStatus: outcome.httpStatus,
      exhausted: verdict.kind === 'dead' && verdict.exhausted,
      nowMs,
    });
    // Counted at once, or attempts that end before the commit would each count as the first. The status waits for the commit.
    const { failingSinceMs, failures } = decision;
    this.#parts.directory.setEndpoint({ ...health, failingSinceMs, failures }, 0);
    return { ...decision, statusAtMs: health.statusAtMs };
  }
}

/** The request as its attempt keeps it. The endpoint's own headers may be credentials: what they held is written down nowhere but with the endpoint, encrypted. */
function sent(request: Request | SurehookError, endpoint: Endpoint): Request {
  if (request instanceof SurehookError) return unsent(endpoint);
  const names = Object.keys(endpoint.headers);
  if (names.length === 0) return request;
  const own = new Set(names.map((name) => name.toLowerCase()));
  return { ...request, headers: withMasked(request.headers, own) };
}

function unsent(endpoint: Endpoint): Request {
  return {
    url: endpoint.url,
    headers: [],
    body: { head: '', withData: false, tail: '', bytes: new Uint8Array() },
  };
}

function attemptOf(
  n: number,
  atMs: number,
  request: Request,
  outcome: Outcome,
  nextAttemptAtMs: number | null,
): Attempt {
  return {
    n,
    atMs,
    durationMs: outcome.durationMs,
    timings: outcome.timings,
    httpStatus: outcome.httpStatus,
    error: outcome.error,
    detail: outcome.detail,
    url: request.url,
    requestHeaders: request.headers,
    bodyHead: request.body.head,
    bodyWithData: request.body.withData,
    bodyTail: request.body.tail,
    responseHeaders: outcome.responseHeaders,
    responseBody: outcome.responseBody,
    responseTruncated: outcome.responseTruncated,
    nextAttemptAtMs,
  };
}
