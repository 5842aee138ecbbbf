import * as limits from '../../src/core/limits/sending.ts';
import { attemptsAllowed } from '../../src/core/retry.ts';
import type { Settlement, SettleResult } from '../../src/ports/store.ts';
import type { Kernel } from './kernel.ts';
import type { Ledger } from './ledger.ts';
import type { SimNode } from './node.ts';
import { type Answered, type EndpointRecord, end, stepMs, type Tracked } from './tracked.ts';

/** Follows what came of attempts: under whose lease, how many, when the next is due, and what becomes of the endpoint. */
export class Settlements {
  readonly #kernel: Kernel;
  readonly #ledger: Ledger;

  constructor(kernel: Kernel, ledger: Ledger) {
    this.#kernel = kernel;
    this.#ledger = ledger;
  }

  settled(
    node: SimNode,
    { settlements, nowMs }: { settlements: Settlement[]; nowMs: number },
    results: SettleResult[],
  ): void {
    for (const [i, settlement] of settlements.entries()) this.#one(node, settlement, results[i]!, nowMs);
  }

  #one(node: SimNode, settlement: Settlement, result: SettleResult, nowMs: number): void {
    const one = this.#ledger.tracked.get(settlement.key);
    if (one === undefined) {
      this.#fail('2 targets', `settled ${settlement.key}, which nobody accepted`);
      return;
    }
    const isRepeated = one.attempts === settlement.attempt.n && one.settledAtMs === settlement.attempt.atMs;
    // Its holder was not told of the commit and asked again; meanwhile it may have claimed the delivery's next attempt.
    if (isRepeated && !node.isReplaced) return;
    const isNext = settlement.attempt.n === one.attempts + 1;
    const isOwed = one.state === 'open' || one.state === 'cancelled';
    const holds = isOwed && one.lease === node.epoch && !node.isReplaced && isNext;
    if (result === 'lost') {
      if (holds && !one.record.deleted)
        this.#fail('8 lease', `a settlement of ${one.key} under a live lease was called lost`);
      return;
    }
    if (node.isReplaced) {
      this.#fail('8 fence', `${node.name} settled ${one.key} after its work was taken over`);
      return;
    }
    if (!holds && !one.record.deleted) {
      this.#fail('8 lease', `settled ${one.key}, which is ${one.state} and held by ${one.lease}`);
      return;
    }
    this.#attempted(node, one, settlement, { result, nowMs });
  }

  #attempted(
    node: SimNode,
    one: Tracked,
    settlement: Settlement,
    { result, nowMs }: { result: SettleResult; nowMs: number },
  ): void {
    const { attempt, health } = settlement;
    const { record } = one;
    one.lease = null;
    one.grants.delete(node.epoch);
    one.tries += 1;
    one.attempts += 1;
    one.settledAtMs = attempt.atMs;
    if (settlement.tries !== one.tries || attempt.n !== one.attempts) {
      this.#fail(
        '6 attempts',
        `attempt ${attempt.n} (try ${settlement.tries}) of ${one.key} should be ${one.attempts} (try ${one.tries})`,
      );
    }
    const isLost = attempt.error === 'lost';
    const lostAtMs = Math.min(one.joinedAtMs, nowMs);
    const answered = isLost ? { ok: false, httpStatus: null, endedAtMs: lostAtMs, askedMs: 0 } : one.answered;
    one.answered = null;
    if (answered === null) {
      this.#fail('9 ended', `${one.key} was settled without an answer from the wire`);
      return;
    }
    if (answered.ok) record.failures = 0;
    else if (!isLost) record.failures += 1;
    // Cancelled while its request was under way: the attempt counts, and it stays as it is.
    if (one.state === 'open') this.#next(one, settlement, answered, nowMs);
    if (health !== null && health.status !== null && typeof result !== 'string')
      this.#stopped(record, health.status, health.reason, answered);
  }

  /** What becomes of the delivery, by the schedule of its endpoint. */
  #next(one: Tracked, { next, startedAtMs }: Settlement, answered: Answered, nowMs: number): void {
    const { record } = one;
    const { retry } = record.endpoint;
    if (answered.ok !== (next.state === 'delivered'))
      this.#fail('9 ended', `${one.key} became ${next.state} after ${answered.ok ? 'success' : 'failure'}`);
    const allowed = attemptsAllowed(retry);
    const isLast = one.tries >= allowed;
    const waitMs = Math.max(stepMs(retry, one.tries), Math.min(answered.askedMs, limits.retryAfterMaxMs));
    if (next.state === 'open') {
      if (isLast) this.#fail('6 attempts', `${one.key} goes on after try ${one.tries}, which is its last`);
      one.notBeforeMs = answered.endedAtMs + waitMs;
      const earlyMs = one.notBeforeMs - next.dueAtMs;
      if (earlyMs > 0)
        this.#fail('5 gap', `${one.key} is due ${earlyMs} ms too early after try ${one.tries}`);
      if (record.deleted) end(one, 'cancelled', nowMs);
      return;
    }
    if (next.state === 'dead' && answered.httpStatus !== 410 && !isLast) {
      const latestMs = answered.endedAtMs + waitMs * (1 + retry.jitter) - startedAtMs;
      const givesUp = retry.giveUpAfterMs !== null && latestMs + 1000 > retry.giveUpAfterMs;
      if (!givesUp) this.#fail('6 attempts', `${one.key} is dead after ${one.tries} tries of ${allowed}`);
    }
    end(one, next.state, nowMs);
  }

  #stopped(
    record: EndpointRecord,
    status: 'paused' | 'disabled',
    reason: string | null,
    { httpStatus }: Answered,
  ): void {
    const { no } = record.endpoint;
    record.endpoint = { ...record.endpoint, status };
    const isDown = reason?.includes('nothing but failure') === true;
    if (isDown && httpStatus !== 410 && record.failures < 2)
      this.#fail('17 pause', `endpoint ${no} was ${status} for failing, after ${record.failures} failures`);
  }

  #fail(invariant: string, detail: string): void {
    this.#kernel.fail(invariant, detail);
  }
}
