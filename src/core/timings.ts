/** Where the time of an attempt by HTTP went, in the order in which it goes. Null: that step did not take place, as on a connection that was kept. */
export interface Timings {
  /** Finding the receiver's addresses. */
  lookupMs: number | null;
  /** The TCP connection. */
  connectMs: number | null;
  /** The TLS handshake. */
  tlsMs: number | null;
  /** From the request to the head of the answer. */
  waitMs: number | null;
  /** Reading the rest of the answer. */
  readMs: number | null;
}

/** The steps of an exchange by number, in the order of `Timings`. */
export const steps = { lookup: 0, connect: 1, tls: 2, wait: 3, read: 4 } as const;
/** One of `steps`. */
export type Step = (typeof steps)[keyof typeof steps];

/**
 * Measures the steps of one exchange. What it makes is as short as can be, for each attempt carries and keeps it: whole milliseconds between
 * commas, nothing for a step that did not take place, and nothing after the one that was under way when it ended. Rounded so that
 * they add up to the whole.
 */
export class Steps {
  readonly #startMs: number;
  #text = '';
  #step: Step | null = null;
  #sinceMs = 0;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** What is under way; null before the first. */
  get current(): Step | null {
    return this.#step;
  }

  /** The step before ends here; the first one began at the start. Steps only go forward; one that is under way goes on. */
  begin(step: Step, nowMs: number): void {
    if (step === this.#step) return;
    const atMs = this.#step === null ? 0 : Math.round(nowMs - this.#startMs);
    this.#text += this.#took(atMs) + ','.repeat(step - (this.#step ?? 0));
    this.#step = step;
    this.#sinceMs = atMs;
  }

  /** All of it, for `timingsOf`. */
  ended(nowMs: number): string {
    return this.#text + this.#took(Math.round(nowMs - this.#startMs));
  }

  #took(atMs: number): string {
    return this.#step === null ? '' : String(atMs - this.#sinceMs);
  }
}

/** What `Steps` measured, for people. */
export function timingsOf(text: string): Timings {
  const [lookupMs, connectMs, tlsMs, waitMs, readMs] = text.split(',');
  return {
    lookupMs: msOf(lookupMs),
    connectMs: msOf(connectMs),
    tlsMs: msOf(tlsMs),
    waitMs: msOf(waitMs),
    readMs: msOf(readMs),
  };
}

function msOf(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : Number(text);
}
