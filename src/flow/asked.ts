import type { Clock } from '../ports/clock.ts';

/**
 * A question whose answer costs something, for any number of askers: it is asked at most once in `keepMs`, and everybody who
 * asks in that time gets the same answer, also when it is an error or still to come.
 */
export function askedOnceIn<T>(keepMs: number, clock: Clock, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let askedAtMs = 0;
  return () => {
    const nowMs = clock.monotonicMs();
    if (answer === null || nowMs - askedAtMs >= keepMs) {
      askedAtMs = nowMs;
      answer = ask();
    }
    return answer;
  };
}
