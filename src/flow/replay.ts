import type { Account } from '../core/account.ts';
import { notFound, SurehookError } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import * as limits from '../core/limits.ts';
import type { Replay, ReplayFilter } from '../core/replay.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { DeliveryAdmin } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';

export interface ReplayParts {
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
  store: DeliveryAdmin;
  /** A person acted on deliveries of this endpoint. */
  nudge(endpointNo: number): void;
}

/** Puts deliveries back, one by one or as a job that feeds them page by page. Replayed ones go after live traffic. */
export class Replayer {
  readonly #parts: ReplayParts;
  /** Replays that are being fed, or whose waiting work is being taken back. */
  readonly #running = new Set<number>();
  #stopping = false;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
  }

  /** Goes on with what an earlier process left unfinished. */
  async start(): Promise<void> {
    for (const replay of await this.#parts.store.openReplays()) this.#run(replay.no);
  }

  stop(): void {
    this.#stopping = true;
  }

  async startReplay(account: Account, filter: ReplayFilter): Promise<Replay> {
    const { store, clock, random } = this.#parts;
    const nowMs = clock.nowMs();
    const replay = await store.createReplay({
      id: newId('rpl_', nowMs, random.bytes(10)),
      accountNo: account.no,
      filter,
      nowMs,
    });
    this.#run(replay.no);
    return replay;
  }

  async cancelReplay(account: Account, id: string): Promise<Replay> {
    const replay = await this.#parts.store.cancelReplay({
      accountNo: account.no,
      id,
      nowMs: this.#parts.clock.nowMs(),
    });
    if (replay === null) throw notFound('replay', id);
    this.#run(replay.no);
    return replay;
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

  async cancelDelivery(account: Account, key: number): Promise<void> {
    const { store, clock, nudge } = this.#parts;
    const result = await store.cancel({ accountNo: account.no, key, nowMs: clock.nowMs() });
    if (result === 'ended') {
      throw new SurehookError('conflict', 'This delivery has ended already: there is nothing to cancel.');
    }
    if (result !== 'not_found') nudge(result.endpointNo);
  }

  #run(no: number): void {
    if (this.#running.has(no)) return;
    this.#running.add(no);
    void this.#feed(no).finally(() => this.#running.delete(no));
  }

  async #feed(no: number): Promise<void> {
    const { store, clock, nudge, telemetry } = this.#parts;
    while (!this.#stopping) {
      try {
        const step = await store.stepReplay({ no, limit: limits.replayRows, nowMs: clock.nowMs() });
        for (const endpointNo of step.endpointNos) nudge(endpointNo);
        if (!step.more) return;
      } catch (error) {
        telemetry.warn('a replay could not go on; it is tried again', { replay: no, cause: String(error) });
        await this.#pause(limits.settleAgainMs);
      }
      await this.#pause(limits.replayEveryMs);
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(delayMs, resolve));
  }
}
