import type { Outcome } from '../core/attempt.ts';
import { isEventId, type NewEvent } from '../core/event.ts';
import { idBytes, newId } from '../core/ids.ts';
import * as limits from '../core/limits/orders.ts';
import { connectTimeoutMs } from '../core/limits/sending.ts';
import { type FinalState, isFinal, type Order, type PollAnswer } from '../core/order.ts';
import { parseRetryAfter } from '../core/retry.ts';
import {
  eventOfAnswer,
  type ListedEvent,
  type ListPoll,
  listUrl,
  type OrderPoll,
  orderNewsOf,
  orderUrl,
  policyOf,
  readList,
  stateInAnswer,
  type TrackedSource,
  type Tracking,
} from '../core/tracking.ts';
import type { Clock } from '../ports/clock.ts';
import type { OrderStore } from '../ports/order-store.ts';
import type { Random } from '../ports/random.ts';
import type { Sender } from '../ports/sender.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { TakenIn } from './accept.ts';

export interface PollParts {
  clock: Clock;
  random: Random;
  telemetry: Pick<Telemetry, 'warn'>;
  store: Pick<OrderStore, 'notePoll' | 'noteList'>;
  sender: Sender;
  version: string;
  sha256(text: string): string;
  /** Where events come in that were found by asking. */
  takeIn(event: NewEvent, more: TakenIn): Promise<unknown>;
}

type Tracked = TrackedSource & { tracking: Tracking };

/** Asks the other side, and hands what it says in at the door that webhooks come in by. */
export class Poller {
  readonly #parts: PollParts;

  constructor(parts: PollParts) {
    this.#parts = parts;
  }

  /** Asks about one order. `failed`: no answer could be used; `quiet`: the other side wants to be left alone for a while. */
  async ask(source: Tracked, order: Order): Promise<{ failed: boolean; quiet: boolean }> {
    const poll = source.tracking.poll!;
    const outcome = await this.#get(orderUrl(poll, order), poll.headers, limits.pollBodyBytes);
    const failure = this.#failureOf(outcome);
    const told = failure ?? stateInAnswer(outcome.responseBody, poll);
    if (typeof told === 'string' && isFinal(told))
      await this.#found(source, order, told, outcome.responseBody);
    else await this.#note(source, order, answerOf(told));
    return { failed: failure !== null, quiet: (failure?.retryAfterMs ?? 0) > 0 };
  }

  /** Asks for the source's list since a moment, and takes in all that is on it. */
  async list(source: Tracked, list: ListPoll, sinceMs: number): Promise<void> {
    const { clock, store, telemetry } = this.#parts;
    const startedAtMs = clock.nowMs();
    const about = { sourceId: source.id, accountNo: source.accountNo };
    const { events, problem } = await this.#pages(list, Math.max(0, sinceMs - list.overlapMs));
    // The newest come first on a list, and happened last.
    for (const event of events.reverse()) await this.#listed(source, event);
    if (problem !== null) {
      telemetry.warn('a list could not be read; it is asked for again', {
        source: source.id,
        cause: problem,
      });
      const answer = { kind: 'failure', reason: problem } as const;
      return await store.noteList({ ...about, answer, nowMs: clock.nowMs() });
    }
    await store.noteList({ ...about, answer: { kind: 'all', sinceMs: startedAtMs }, nowMs: clock.nowMs() });
  }

  /** All that is on the list, or nothing and why. What goes on past the last page that is read is both. */
  async #pages(list: ListPoll, sinceMs: number): Promise<{ events: ListedEvent[]; problem: string | null }> {
    const events: ListedEvent[] = [];
    for (let page = 0; page < limits.listPages; page++) {
      const outcome = await this.#get(
        listUrl(list, sinceMs, events.at(-1)?.id ?? null),
        list.headers,
        limits.listBodyBytes,
      );
      const failure = this.#failureOf(outcome);
      const read = failure ?? readList(outcome.responseBody, list);
      if ('problem' in read) return { events: [], problem: read.problem };
      events.push(...read.events);
      if (!read.more || read.events.length === 0) return { events, problem: null };
    }
    const problem = `the list goes on past ${limits.listPages} pages: let a page hold more, or ask more often`;
    return { events, problem };
  }

  async #listed(source: Tracked, { id, type, body }: ListedEvent): Promise<void> {
    const { clock, random, sha256 } = this.#parts;
    const nowMs = clock.nowMs();
    const order = orderNewsOf(source, { type, body }, newId('ord_', nowMs, random.bytes(idBytes)));
    const event = {
      ...this.#eventOf(source, { type, data: body }),
      id: newId('evt_', nowMs, random.bytes(idBytes)),
      reference: order?.reference ?? null,
    };
    // Known by the same key as its webhook (`core/sources/derived.ts`), whichever comes first.
    const inbound = { sourceNo: source.no, key: isEventId(id) ? id : sha256(id) };
    await this.#parts.takeIn(event, {
      inbound,
      ...(order === null ? {} : { order: { ...order, via: 'poll' } }),
    });
  }

  async #found(source: Tracked, order: Order, state: FinalState, body: string): Promise<void> {
    const timestamp = new Date(this.#parts.clock.nowMs()).toISOString();
    const event = {
      ...this.#eventOf(source, eventOfAnswer(source, { state, body }, timestamp)),
      // Made of what it is about: asked twice, it is the same event.
      id: `${order.id}-${state}`,
      reference: order.reference,
    };
    const { sourceId, reference, orderId, id: newOrderId } = order;
    const policy = policyOf(source.tracking);
    const news = { sourceId, reference, orderId, state, via: 'poll', newId: newOrderId, policy } as const;
    await this.#parts.takeIn(event, { order: news });
  }

  #eventOf(source: Tracked, what: { type: string; data: string }): Omit<NewEvent, 'id' | 'reference'> {
    const nowMs = this.#parts.clock.nowMs();
    return {
      accountNo: source.accountNo,
      ...what,
      timestamp: new Date(nowMs).toISOString(),
      source: source.id,
      origin: 'poll',
      traceId: null,
      received: null,
      createdAtMs: nowMs,
    };
  }

  async #note(source: Tracked, order: Order, answer: PollAnswer): Promise<void> {
    const { store, clock } = this.#parts;
    await store.notePoll({ no: order.no, answer, policy: policyOf(source.tracking), nowMs: clock.nowMs() });
  }

  #get(url: string, headers: OrderPoll['headers'], bodyBytes: number): Promise<Outcome> {
    const flat = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
    const given = new Set(flat.filter((_, at) => at % 2 === 0));
    if (!given.has('accept')) flat.push('accept', 'application/json');
    if (!given.has('user-agent')) flat.push('user-agent', `Surehook/${this.#parts.version}`);
    const body = { head: '', withData: false, tail: '', bytes: new Uint8Array() };
    return this.#parts.sender.send(
      { method: 'GET', url, headers: flat, body },
      { timeoutMs: limits.pollTimeoutMs, connectTimeoutMs, bodyBytes },
    );
  }

  #failureOf(outcome: Outcome): { problem: string; retryAfterMs: number | null } | null {
    const { error, httpStatus, detail, retryAfter, responseTruncated } = outcome;
    const asks = httpStatus === 429 || httpStatus === 503;
    const retryAfterMs = asks ? parseRetryAfter(retryAfter, this.#parts.clock.nowMs()) : null;
    if (error !== null)
      return {
        problem: detail === '' ? `${error} ${httpStatus ?? ''}`.trim() : `${error}: ${detail}`,
        retryAfterMs,
      };
    return responseTruncated ? { problem: 'the answer is too large', retryAfterMs: null } : null;
  }
}

function answerOf(
  told: 'pending' | FinalState | { problem: string; retryAfterMs?: number | null },
): PollAnswer {
  if (typeof told === 'string') return { kind: 'pending' };
  return { kind: 'failure', reason: told.problem, retryAfterMs: told.retryAfterMs ?? null };
}
