import type { Outcome, Request } from '../core/attempt.ts';

/** How one request may use the world. */
export interface SendLimits {
  /** One deadline over name look-up, connection, TLS, request and response. */
  timeoutMs: number;
  /** Bounds the connection's share of that. */
  connectTimeoutMs: number;
  /** How much of the response's body is read and kept when it is the answer to a question; `limits.attemptBodyBytes` when absent. */
  bodyBytes?: number;
}

/** Sends prepared requests. Contract tests: `sender.contract.ts`. */
export interface Sender {
  /**
   * Sends `request` (by POST, or a GET without a body) and says what came of it. Never throws for the other side's faults. Follows no redirect,
   * decompresses nothing, reads at most `limits.responseReadBytes` (or what `bodyBytes` asks for), connects only to addresses that `core/address.ts` allows,
   * checked after the look-up and pinned for the connection. A request that failed on a reused connection before any byte of
   * the response came may be repeated at once on a fresh one, within the same deadline.
   */
  send(request: Request, limits: SendLimits): Promise<Outcome>;
  /** Closes idle connections; requests under way are ended as `connection_reset`. */
  close(): Promise<void>;
}
