import * as limits from '../core/limits/sources.ts';
import type { Clock } from '../ports/clock.ts';
import type { Sender } from '../ports/sender.ts';

/**
 * Fetches what providers sign with, from addresses that were found to be theirs, by the sender's own rules: no redirect, no
 * address inside. Kept for hours; what could not be fetched is not asked for again for a minute. Strangers can make a source ask
 * for any number of addresses of its provider: few are asked at once, each once, and the certificates that are in use stay.
 */
export class Certificates {
  readonly #parts: { clock: Clock; sender: Sender; version: string };
  /** Those in use last stand last. */
  readonly #known = new Map<string, { pem: string; untilMs: number }>();
  /** When addresses that had none may be asked again. */
  readonly #missing = new Map<string, number>();
  readonly #asking = new Map<string, Promise<string | null>>();
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(parts: { clock: Clock; sender: Sender; version: string }) {
    this.#parts = parts;
  }

  /** The certificate as PEM; null when it is not to be had now. */
  async at(url: string): Promise<string | null> {
    const nowMs = this.#parts.clock.nowMs();
    const known = this.#known.get(url);
    if (known !== undefined && known.untilMs > nowMs) {
      keep(this.#known, url, known);
      return known.pem;
    }
    if ((this.#missing.get(url) ?? 0) > nowMs) return null;
    return await this.#once(url, true);
  }

  /** What an address of the provider answers; null for anything but a 2xx. */
  ask(url: string): Promise<string | null> {
    return this.#once(url, false);
  }

  /** Shares the answer that somebody waits for already. */
  #once(url: string, isKept: boolean): Promise<string | null> {
    const asking = this.#asking.get(url);
    if (asking !== undefined) return asking;
    const isFull = this.#underWay >= limits.certificatesAtOnce;
    if (isFull && this.#waiting.length >= limits.certificatesWaiting) return Promise.resolve(null);
    const asked = this.#inTurn(url, isKept).finally(() => this.#asking.delete(url));
    this.#asking.set(url, asked);
    return asked;
  }

  async #inTurn(url: string, isKept: boolean): Promise<string | null> {
    if (this.#underWay < limits.certificatesAtOnce) this.#underWay += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const answer = await this.#get(url);
      const nowMs = this.#parts.clock.nowMs();
      if (isKept && answer === null) keep(this.#missing, url, nowMs + limits.certificateAgainMs);
      if (isKept && answer !== null)
        keep(this.#known, url, { pem: answer, untilMs: nowMs + limits.certificateKeepMs });
      return answer;
    } finally {
      // The place goes over to who waits longest.
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }

  async #get(url: string): Promise<string | null> {
    const { sender, version } = this.#parts;
    const outcome = await sender.send(
      {
        method: 'GET',
        url,
        headers: ['user-agent', `Surehook/${version}`],
        body: { head: '', withData: false, tail: '', bytes: new Uint8Array() },
      },
      {
        timeoutMs: limits.certificateTimeoutMs,
        connectTimeoutMs: limits.certificateTimeoutMs,
        bodyBytes: limits.certificateBytes,
      },
    );
    return outcome.error === null && !outcome.responseTruncated ? outcome.responseBody : null;
  }
}

/** Puts it last; past `limits.certificatesKept` the first goes. */
function keep<V>(map: Map<string, V>, url: string, value: V): void {
  map.delete(url);
  map.set(url, value);
  if (map.size > limits.certificatesKept) map.delete(map.keys().next().value!);
}
