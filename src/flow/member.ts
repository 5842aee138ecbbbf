import type { Owed } from '../core/delivery.ts';
import { StoreError } from '../core/errors.ts';
import { settleAgainMs } from '../core/limits/dispatch.ts';
import * as limits from '../core/limits/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { DeliveryStore, Joined } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';

export interface MemberParts {
  clock: Clock;
  telemetry: Pick<Telemetry, 'warn'>;
  store: Pick<DeliveryStore, 'join' | 'beat'>;
  nodeName: string;
  /** Nodes died: what they had under way is ours, and other work of theirs may wait. */
  tookOver(lost: Owed[]): void;
  /** It is time to look at all work that waits, for what nobody was told of. */
  look(): void;
}

/**
 * This process among those that work on the same store. It says that it lives; without that it sends nothing any more, for
 * others take its work over. Once they did, it joins again and goes on under a new epoch.
 */
export class Member {
  readonly #parts: MemberParts;
  #joined: Joined;
  #beatAtMs: number;
  #beats = 0;
  #rejoining: Promise<void> | null = null;
  #cancel: (() => void) | null = null;
  #stopped = false;

  private constructor(parts: MemberParts, joined: Joined, beganAtMs: number) {
    this.#parts = parts;
    this.#joined = joined;
    this.#beatAtMs = beganAtMs;
  }

  static async join(parts: MemberParts): Promise<{ member: Member; lost: Owed[] }> {
    const { clock, store, nodeName } = parts;
    const beganAtMs = clock.monotonicMs();
    const joined = await store.join({ nodeName, nowMs: clock.nowMs() });
    return { member: new Member(parts, joined, beganAtMs), lost: joined.lost };
  }

  /** Other nodes may work on the same store. */
  get isShared(): boolean {
    return this.#joined.beatEveryMs !== null;
  }

  /** What is leased to this process is its own for certain: nobody can have taken it over yet. */
  get holds(): boolean {
    return !this.isShared || this.#parts.clock.monotonicMs() - this.#beatAtMs < limits.nodeDoubtMs;
  }

  /**
   * Runs an act under the present epoch. Where others can take over, an epoch that is lost is joined anew, and the act is one
   * whose outcome is unknown; where none can, it is fatal.
   */
  async during<T>(act: (epoch: number) => Promise<T>): Promise<T> {
    const { epoch } = this.#joined;
    try {
      return await act(epoch);
    } catch (error) {
      if (!(error instanceof StoreError && error.fatal && this.isShared)) throw error;
      void this.#rejoin(epoch);
      throw new StoreError(error.message, false);
    }
  }

  start(): void {
    this.#next(this.#joined.beatEveryMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #next(delayMs: number | null): void {
    if (this.#stopped || delayMs === null) return;
    this.#cancel = this.#parts.clock.after(delayMs, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    const { clock, store, telemetry, tookOver, look } = this.#parts;
    const beganAtMs = clock.monotonicMs();
    try {
      const { lost } = await this.during((epoch) => store.beat({ epoch, nowMs: clock.nowMs() }));
      this.#beatAtMs = beganAtMs;
      this.#beats += 1;
      if (lost.length > 0) tookOver(lost);
      else if (this.#beats % limits.lookEveryBeats === 0) look();
      this.#next(this.#joined.beatEveryMs);
    } catch (error) {
      telemetry.warn('this node could not say that it lives; it says so again', { cause: String(error) });
      this.#next(settleAgainMs);
    }
  }

  /** Once for each epoch that was lost. A failure is mended by the next act or beat. */
  #rejoin(lostEpoch: number): Promise<void> {
    if (lostEpoch !== this.#joined.epoch) return Promise.resolve();
    this.#rejoining ??= this.#joinAgain().finally(() => {
      this.#rejoining = null;
    });
    return this.#rejoining;
  }

  async #joinAgain(): Promise<void> {
    const { clock, store, nodeName, telemetry, tookOver } = this.#parts;
    if (this.#stopped) return;
    const beganAtMs = clock.monotonicMs();
    try {
      const joined = await store.join({ nodeName, nowMs: clock.nowMs() });
      telemetry.warn('other nodes had taken over the work of this one; it joined again', {
        epoch: joined.epoch,
      });
      this.#joined = joined;
      this.#beatAtMs = beganAtMs;
      tookOver(joined.lost);
    } catch (error) {
      telemetry.warn('this node could not join again; it tries once more', { cause: String(error) });
    }
  }
}
