import { StoreError } from '../core/errors.ts';
import type { HealthDecision } from '../core/health.ts';
import * as limits from '../core/limits/dispatch.ts';
import { Slots } from '../core/slots.ts';
import type { Clock } from '../ports/clock.ts';
import type { EndpointHealth, Settlement, SettleResult, Stopped } from '../ports/store.ts';
import type { Directory } from './directory.ts';
import type { Doubt } from './doubt.ts';
import { InFlight } from './in-flight.ts';

export interface SettleParts {
  clock: Clock;
  directory: Pick<Directory, 'endpoint' | 'stopEndpoint'>;
  doubt: Pick<Doubt, 'raise'>;
  /** Stored with whatever else the next commit holds. */
  store(settlement: Settlement): Promise<SettleResult>;
  /** The endpoint was paused or disabled by this settlement. */
  stopped(endpointNo: number, health: HealthDecision): void;
}

/**
 * Stores what came of an attempt. It counts only if the lease still holds; what cannot be stored now is kept and tried again
 * until the store answers, for sending once more what was delivered is worse than waiting.
 */
export class Settler {
  readonly #parts: SettleParts;
  /** Keys that are leased here until their settlement is stored. */
  readonly settling = new Slots<number>();
  readonly #inFlight = new InFlight();
  #stopped = false;

  constructor(parts: SettleParts) {
    this.#parts = parts;
  }

  /** Null: the store had not taken it, and is not asked again, for the process stops or the store says that going on could lie. */
  async settle(settlement: Settlement): Promise<SettleResult | null> {
    const slot = this.settling.put(settlement.key);
    this.#inFlight.begin();
    let present = settlement;
    try {
      for (;;) {
        try {
          const result = await this.#parts.store(present);
          const { health, endpointNo } = present;
          if (typeof result === 'object' && health !== null) this.#stop(endpointNo, health, result);
          return result;
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          if (error.fatal) this.#parts.doubt.raise(error);
          if (error.fatal || this.#stopped) return null;
        }
        await new Promise<void>((resolve) => this.#parts.clock.after(limits.settleAgainMs, resolve));
        present = this.#asOfNow(settlement);
      }
    } finally {
      this.settling.take(slot);
      this.#inFlight.end();
    }
  }

  /** Resolves when every outcome is stored. */
  idle(): Promise<void> {
    return this.#inFlight.none();
  }

  /** Gives up what the store does not take: the next process finds it as lost. */
  stop(): void {
    this.#stopped = true;
  }

  /** What was counted since the first try is part of the record, and what ended it since then ends it. */
  #asOfNow(settlement: Settlement): Settlement {
    const { health, endpointNo } = settlement;
    if (health === null) return settlement;
    const endpoint = this.#parts.directory.endpoint(endpointNo);
    if (endpoint === null || endpoint.statusAtMs !== health.statusAtMs)
      return { ...settlement, health: null };
    const { failingSinceMs, failures } = endpoint;
    return { ...settlement, health: { ...health, failingSinceMs, failures } };
  }

  #stop(endpointNo: number, health: EndpointHealth, { statusAtMs, version }: Stopped): void {
    const { status, reason } = health;
    if (status === null) return;
    this.#parts.directory.stopEndpoint(endpointNo, { status, statusReason: reason, statusAtMs }, version);
    if (this.#parts.directory.endpoint(endpointNo) !== null) this.#parts.stopped(endpointNo, health);
  }
}
