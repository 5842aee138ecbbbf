import * as limits from '../../core/limits/sending.ts';
import type { Clock } from '../../ports/clock.ts';

/** TLS sessions to resume, the newest for each place; at most `limits.tlsSessions`, none longer than `limits.tlsSessionMs`. */
export interface Sessions {
  get(key: string): Buffer | undefined;
  /** `verified`: the certificate was looked at in this very handshake, so the time starts anew. */
  set(key: string, session: Buffer, verified: boolean): void;
  delete(key: string): void;
}

/** Strong references, least recently used dropped first: a handshake costs thirty times a request. */
export function createSessions(clock: Pick<Clock, 'monotonicMs'>): Sessions {
  const kept = new Map<string, { session: Buffer; untilMs: number }>();
  return {
    get(key) {
      const entry = kept.get(key);
      if (!entry) return undefined;
      kept.delete(key);
      if (entry.untilMs <= clock.monotonicMs()) return undefined;
      kept.set(key, entry);
      return entry.session;
    },
    set(key, session, verified) {
      const untilMs = verified ? clock.monotonicMs() + limits.tlsSessionMs : kept.get(key)?.untilMs;
      if (untilMs === undefined) return;
      kept.delete(key);
      kept.set(key, { session, untilMs });
      if (kept.size > limits.tlsSessions) kept.delete(kept.keys().next().value ?? '');
    },
    delete(key) {
      kept.delete(key);
    },
  };
}
