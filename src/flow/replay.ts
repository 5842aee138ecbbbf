import type { Account } from '../core/account.ts';
import { notFound, SurehookError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { settleAgainMs } from '../core/limits/dispatch.ts';
import * as limits from '../core/limits/store.ts';
import type { Replay, ReplayFilter } from '../core/replay.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { ReplayCount, ReplayPlace, ReplayStore } from '../ports/replay-store.ts';
import type { DeliveryAdmin } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';

export interface ReplayParts {
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
  store: DeliveryAdmin & ReplayStore;
  /** A person acted on deliveries of this endpoint. */
  nudge(endpointNo: number): void;
}

/** Puts deliveries back, one by one or as a job that feeds them page by page. Replayed ones go after live traffic. */
export class Replayer {
  readonly #parts: ReplayParts;
  /** Replays that are being counted. */
  readonly #counted = new Set<Pick<Replay, 'accountNo'>>();
  /** Replays that are being fed, or whose waiting work is being taken back, and whose they are. */
  readonly #running = new Map<number, number>();
  /** Of those, the ones that a person changed meanwhile: they are looked at once more. */
  readonly #changed = new Set<number>();
  #stopping = false;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  /** Goes on with what an earlier process left unfinished. */
  async start(): Promise<void> {
    for (const replay of await this.#parts.store.openReplays()) this.#run(replay);
  }

  stop(): void {
    this.#stopping = true;
  }

  /** `perSecond` null: as fast as the store lets it. */
  async startReplay(account: Account, filter: ReplayFilter, perSecond: number | null): Promise<Replay> {
    const { store, clock, random } = this.#parts;
    const nowMs = clock.nowMs();
    const id = newId('rpl_', nowMs, random.bytes(10));
    this.#requireRoom(account);
    const under = { accountNo: account.no };
    this.#counted.add(under);
    try {
      const total = await this.#count(account.no, filter, nowMs);
      const replay = await store.createReplay({ ...under, id, filter, perSecond, total, nowMs });
      this.#run(replay);
      return replay;
    } finally {
      this.#counted.delete(under);
    }
  }

  async cancelReplay(account: Account, id: string): Promise<Replay> {
    const replay = await this.#parts.store.cancelReplay({
      accountNo: account.no,
      id,
      nowMs: this.#parts.clock.nowMs(),
    });
    return this.#goOn(replay, id);
  }

  async pauseReplay(account: Account, id: string): Promise<Replay> {
    return this.#goOn(await this.#parts.store.pauseReplay({ accountNo: account.no, id }), id);
  }

  async resumeReplay(account: Account, id: string): Promise<Replay> {
    this.#requireRoom(account);
    return this.#goOn(await this.#parts.store.resumeReplay({ accountNo: account.no, id }), id);
  }

  /** Ended deliveries get a fresh schedule; waiting ones are due at once. A failure on the way leaves those before it put back. */
  async putBack(account: Account, keys: number[]): Promise<{ requeued: number; sending: number }> {
    const { store, clock, nudge } = this.#parts;
    const counts = { requeued: 0, sending: 0 };
    // In pieces, so that what others store comes in between.
    for (let at = 0; at < keys.length; at += limits.replayRows) {
      const piece = keys.slice(at, at + limits.replayRows);
      const nowMs = clock.nowMs();
      const done = await store.requeue({ accountNo: account.no, keys: piece, nowMs });
      for (const endpointNo of done.endpointNos) nudge(endpointNo);
      counts.requeued += done.requeued;
      counts.sending += done.sending;
    }
    return counts;
  }

  /** Answers how many of them were dead. Those count as cancelled from now on: somebody has seen them and lets them be. */
  async dismiss(account: Account, keys: number[]): Promise<number> {
    const { store, clock } = this.#parts;
    let count = 0;
    for (let at = 0; at < keys.length; at += limits.replayRows) {
      const piece = keys.slice(at, at + limits.replayRows);
      count += await store.dismiss({ accountNo: account.no, keys: piece, nowMs: clock.nowMs() });
    }
    return count;
  }

  async cancelDelivery(account: Account, key: number): Promise<void> {
    const { store, clock, nudge } = this.#parts;
    const result = await store.cancel({ accountNo: account.no, key, nowMs: clock.nowMs() });
    if (result === 'ended') {
      throw new SurehookError('conflict', 'This delivery has ended already: there is nothing to cancel.');
    }
    if (result !== 'not_found') nudge(result.endpointNo);
  }

  #goOn(replay: Replay | null, id: string): Replay {
    if (replay === null) throw notFound('replay', id);
    this.#run(replay);
    return replay;
  }

  /** Each takes its share of the store, so that an account may have only so many. */
  #requireRoom({ no }: Account): void {
    const accounts = [...this.#running.values(), ...[...this.#counted].map(({ accountNo }) => accountNo)];
    if (accounts.filter((accountNo) => accountNo === no).length < limits.replaysAtOnce) return;
    throw new SurehookError(
      'too_many_requests',
      `${limits.replaysAtOnce} replays of this account are being put back. Wait for one to be through, pause or cancel one.`,
      { retryAfterS: limits.busyRetryAfterS },
    );
  }

  /** Piece by piece, so that what others look up comes in between. */
  async #count(accountNo: number, filter: ReplayFilter, nowMs: number): Promise<number> {
    let total = 0;
    let from: ReplayPlace | null = null;
    do {
      const rows = limits.replayCountRows;
      const found: ReplayCount = await this.#parts.store.countReplay({
        accountNo,
        filter,
        nowMs,
        from,
        rows,
      });
      total += found.count;
      from = found.next;
    } while (from !== null);
    return total;
  }

  #run({ no, accountNo }: Replay): void {
    if (this.#running.has(no)) {
      this.#changed.add(no);
      return;
    }
    this.#running.set(no, accountNo);
    void this.#feed(no);
  }

  async #feed(no: number): Promise<void> {
    const { store, clock, nudge, telemetry } = this.#parts;
    let everyMs: number = limits.replayEveryMs;
    while (!this.#stopping) {
      try {
        const step = await store.stepReplay({ no, limit: limits.replayRows, nowMs: clock.nowMs() });
        for (const endpointNo of step.endpointNos) nudge(endpointNo);
        // Nothing comes between this and the end of the loop: whoever changes the replay later starts it anew.
        if (!step.more && !this.#changed.delete(no)) break;
        if (step.replay.perSecond !== null) everyMs = Math.max(everyMs, 1000 / step.replay.perSecond);
      } catch (error) {
        telemetry.warn('a replay could not go on; it is tried again', { replay: no, cause: String(error) });
        await this.#pause(settleAgainMs);
      }
      await this.#pause(everyMs);
    }
    this.#running.delete(no);
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(delayMs, resolve));
  }
}
