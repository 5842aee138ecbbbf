/** Time as the flow knows it. A test moves it by hand; the process reads the system's clock. */
export interface Clock {
  /** Wall time, milliseconds since 1970 UTC. */
  nowMs(): number;
  /** A time for measuring durations: milliseconds from some start, never going back. */
  monotonicMs(): number;
  /** Calls `act` once after at least `delayMs` (at most `limits.timerMaxMs`); the answer cancels it. Never keeps the process alive. */
  after(delayMs: number, act: () => void): () => void;
}
