import type { Clock } from '../../ports/clock.ts';

/** A clock that several machines read alike: its wall time follows that of the database they share, as it was told last. */
export interface SteeredClock extends Clock {
  /** The database's wall time just now. */
  steer(nowMs: number): void;
}

export function steered(own: Clock): SteeredClock {
  let aheadMs = 0;
  return {
    nowMs: () => own.nowMs() + aheadMs,
    monotonicMs: () => own.monotonicMs(),
    after: (delayMs, act) => own.after(delayMs, act),
    steer(nowMs) {
      aheadMs = Math.round(nowMs - own.nowMs());
    },
  };
}
