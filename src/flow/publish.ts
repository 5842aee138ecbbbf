import type { Account } from '../core/account.ts';
import { invalid, SurehookError } from '../core/errors.ts';
import type { NewEvent } from '../core/event.ts';
import { type EventInput, parseBatch, parseEvent } from '../core/event-input.ts';
import { newId } from '../core/ids.ts';
import * as limits from '../core/limits/store.ts';
import { timeText } from '../core/time-text.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { EventSummary } from '../ports/store.ts';
import type { Accepter, Known, Stored } from './accept.ts';
import type { Directory } from './directory.ts';

export interface PublishParts {
  clock: Clock;
  random: Random;
  directory: Directory;
  accepter: Pick<Accepter, 'accept'>;
  sha256(text: string): string;
  maxDataBytes: number;
}

export interface Accepted {
  /** 202: stored now. 200: the id was known. */
  status: 200 | 202;
  event: EventSummary;
  /** The id was known with another type or other data. */
  conflict: boolean;
  /** The answer is the first one of this idempotency key. */
  replayed: boolean;
}

export interface PublishOptions {
  /** The key may act for every account, so the event may name another one. */
  anyAccount: boolean;
  /** The request itself has named the account, so the event must not name another one. */
  accountNamed?: boolean;
  idempotencyKey: string | null;
  /** `traceparent` as sent (W3C Trace Context), if any; unreadable ones are ignored. */
  traceparent: string | null;
}

const traceparentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** What callers publish: read, checked, accepted, and answered. */
export class Publisher {
  readonly #parts: PublishParts;
  /** Idempotency keys whose first request is under way, with the account that the store keeps them under. */
  readonly #keysUnderWay = new Set<string>();

  constructor(parts: PublishParts) {
    this.#parts = parts;
  }

  /** The body of `POST /v1/events`. Resolves once it is on disk. */
  async publish(account: Account, body: string, options: PublishOptions): Promise<Accepted> {
    const { clock, maxDataBytes, directory, accepter } = this.#parts;
    const beganAtMs = clock.monotonicMs();
    const input = parseEvent(body, { nowMs: clock.nowMs(), maxDataBytes });
    const owner = this.#ownerOf(account, input.account, options);
    const key = options.idempotencyKey;
    const idempotency = key === null ? null : { key, requestHash: this.#parts.sha256(body) };
    const slot = key === null ? null : `${owner.no} ${key}`;
    if (slot !== null) this.#occupy(slot);
    try {
      const event = this.#eventOf(owner, input, options);
      const problems = directory.checkData(owner.no, event.type, event.data);
      if (problems.length > 0) throw invalid(problems);
      const { deliverAtMs } = input;
      const result = await accepter.accept({ event, deliverAtMs, idempotency, beganAtMs });
      return answerOf(result, event);
    } finally {
      if (slot !== null) this.#keysUnderWay.delete(slot);
    }
  }

  /** The body of `POST /v1/events/batch`: one result an item, in order. An item's fault is its own. */
  async publishBatch(
    account: Account,
    body: string,
    accounts: Pick<PublishOptions, 'anyAccount' | 'accountNamed'>,
  ): Promise<(Accepted | Error)[]> {
    const options = { idempotencyKey: null, traceparent: null, ...accounts };
    const settled = await Promise.allSettled(
      parseBatch(body).map((item) => this.publish(account, item, options)),
    );
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error)));
  }

  #occupy(slot: string): void {
    if (this.#keysUnderWay.has(slot)) {
      throw new SurehookError(
        'conflict',
        'The first request with this Idempotency-Key is still under way. Ask again shortly.',
        { retryAfterS: limits.busyRetryAfterS },
      );
    }
    this.#keysUnderWay.add(slot);
  }

  #ownerOf(account: Account, named: string | null, options: PublishOptions): Account {
    if (named === null || named === account.id) return account;
    if (options.anyAccount && options.accountNamed) {
      const detail = `is ${JSON.stringify(named)}, but Surehook-Account names ${JSON.stringify(account.id)}; leave one of them out`;
      throw invalid([{ pointer: '/account', detail }]);
    }
    if (options.anyAccount) {
      const owner = this.#parts.directory.accountById(named);
      if (owner !== null) return owner;
      throw invalid([{ pointer: '/account', detail: `there is no account ${JSON.stringify(named)}` }]);
    }
    throw new SurehookError(
      'forbidden',
      `This request acts for the account ${JSON.stringify(account.id)}, but the event names ${JSON.stringify(named)}.`,
    );
  }

  #eventOf(account: Account, input: EventInput, options: PublishOptions): NewEvent {
    const { clock, random } = this.#parts;
    const nowMs = clock.nowMs();
    return {
      accountNo: account.no,
      id: input.id ?? newId('evt_', nowMs, random.bytes(10)),
      type: input.type,
      timestamp: input.timestamp ?? timeText(nowMs),
      data: input.data,
      reference: input.reference,
      source: null,
      origin: 'api',
      traceId:
        options.traceparent === null ? null : (traceparentPattern.exec(options.traceparent)?.[1] ?? null),
      createdAtMs: nowMs,
      received: null,
    };
  }
}

function answerOf(result: Known | Stored, event: NewEvent): Accepted {
  if (result.kind === 'stored') {
    const { id, type, createdAtMs } = event;
    const { deliveries } = result;
    return { status: 202, event: { id, type, createdAtMs, deliveries }, conflict: false, replayed: false };
  }
  if (result.kind === 'seen' || result.kind === 'order_known')
    throw new Error('An event that came through no source was taken for one that did.');
  if (result.kind === 'key_reused') {
    throw invalid([
      {
        pointer: 'Idempotency-Key',
        detail: 'was used with another request. Use a new key for a new request.',
      },
    ]);
  }
  if (result.kind === 'duplicate')
    return { status: 200, event: result.event, conflict: result.conflict, replayed: false };
  return {
    status: result.status === 202 ? 202 : 200,
    event: result.event,
    conflict: result.conflict,
    replayed: true,
  };
}
