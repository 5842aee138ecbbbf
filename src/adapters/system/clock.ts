import type { Clock } from '../../ports/clock.ts';

/** The system's clock. Wall time for everything that is stored; the monotonic clock for durations, which no clock jump may bend. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, act) {
    const timer = setTimeout(act, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
