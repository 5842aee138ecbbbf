import type { Owed } from '../core/delivery.ts';

/** A message that was handed out: `attempts` and `tries` count this time, too. */
export interface Pulled extends Owed {
  leaseUntilMs: number;
}

/** What a consumer says of a message. `delayMs` from now, for one that is to come again. */
export type PullVerdict = { kind: 'ack' } | { kind: 'nack'; delayMs: number };

/** What became of it. `lost`: it is not there, has ended, or was never handed out; nothing was changed. */
export type PullResult = 'delivered' | 'open' | 'dead' | 'lost';

/**
 * Deliveries that are fetched. A lease is a time in the store, not a process's: it outlives whoever gave it. Each handing-out
 * counts as an attempt; one that is the last of `maxTries` and is not acknowledged ends dead.
 */
export interface PullStore {
  /**
   * Leases due messages, oldest due first, nothing of an endpoint that is not active. Leases that ran out are over first: their
   * messages are due again, or dead. `dueAtMs`: when there is something to hand out (also past times), `leaseEndsAtMs`: when
   * the next lease runs out; null when there is nothing of the kind.
   */
  pull(input: {
    endpointNo: number;
    max: number;
    /** Data of all messages together, unless the first alone is larger. */
    maxBytes: number;
    maxTries: number;
    leaseUntilMs: number;
    nowMs: number;
  }): Promise<{ pulled: Pulled[]; dueAtMs: number | null; leaseEndsAtMs: number | null }>;
  /** In the order of the keys. An acknowledgement counts as long as the message is open, be its lease over or not. */
  settlePulled(input: {
    endpointNo: number;
    keys: number[];
    verdict: PullVerdict;
    maxTries: number;
    nowMs: number;
  }): Promise<PullResult[]>;
}
