import * as limits from '../core/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Sender } from '../ports/sender.ts';

interface Known {
  /** Null: it could not be fetched. */
  pem: Promise<string | null>;
  untilMs: number;
}

/**
 * Fetches what providers sign with, from addresses that were found to be theirs, by the sender's own rules: no redirect, no
 * address inside. Kept for hours; what could not be fetched is not asked for again for a minute.
 */
export class Certificates {
  readonly #parts: { clock: Clock; sender: Sender; version: string };
  readonly #known = new Map<string, Known>();

  constructor(parts: { clock: Clock; sender: Sender; version: string }) {
    this.#parts = parts;
  }

  /** The certificate as PEM; null when it is not to be had now. */
  async at(url: string): Promise<string | null> {
    const nowMs = this.#parts.clock.nowMs();
    const known = this.#known.get(url);
    if (known !== undefined && known.untilMs > nowMs) return await known.pem;
    if (this.#known.size >= limits.certificatesKept) this.#known.clear();
    const fresh: Known = { pem: this.ask(url), untilMs: nowMs + limits.certificateKeepMs };
    this.#known.set(url, fresh);
    const pem = await fresh.pem;
    if (pem === null) fresh.untilMs = this.#parts.clock.nowMs() + limits.certificateAgainMs;
    return pem;
  }

  /** What an address of the provider answers; null for anything but a 2xx. */
  async ask(url: string): Promise<string | null> {
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
