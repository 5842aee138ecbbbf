import type { AttemptError } from './attempt.ts';
import * as limits from './limits/dispatch.ts';

/** The three lines in which open work waits at an endpoint (see `ports/store.ts`). */
export const lines = ['first', 'retry', 'replayed'] as const;
/** One of `lines`. */
export type Line = (typeof lines)[number];

/**
 * An endpoint's place in the dispatcher: how much of it may be under way, and when. All of it is arithmetic on this record;
 * who changes it and what is sent is `flow/dispatch.ts`.
 */
export interface Lane {
  readonly endpointNo: number;
  readonly accountNo: number;
  /** The endpoint's own bound. */
  concurrency: number;
  ratePerSecond: number | null;
  inFlight: number;
  /** Adaptive bound: halved by failure, one more for each window of success, between 1 and `concurrency`. */
  window: number;
  /** Ended attempts in a row that failed, and when the first of them ended. */
  failures: number;
  failingSinceMs: number;
  /** Open: first attempts wait behind one probe. Retries keep their own schedule. */
  breakerOpen: boolean;
  probeAtMs: number;
  /** Rate limit: a bucket of tokens. It may hold more than one burst until `refill` looks. */
  tokens: number;
  tokensAtMs: number;
  /** Moving average of how long attempts take. */
  latencyMs: number;
  /** Counts turns, so that a single free place alternates between live traffic and a replay. */
  turns: number;
  /** When each line's work in the store is due next; Infinity: none. */
  readonly nextAtMs: Record<Line, number>;
}

/** A lane with nothing under way, and its full burst to spend. */
export function newLane(input: {
  endpointNo: number;
  accountNo: number;
  concurrency: number;
  ratePerSecond: number | null;
  failing: boolean;
  nowMs: number;
}): Lane {
  return {
    endpointNo: input.endpointNo,
    accountNo: input.accountNo,
    concurrency: input.concurrency,
    ratePerSecond: input.ratePerSecond,
    inFlight: 0,
    window: input.failing ? 1 : input.concurrency,
    failures: 0,
    failingSinceMs: 0,
    breakerOpen: false,
    probeAtMs: 0,
    tokens: burst(input.ratePerSecond),
    tokensAtMs: input.nowMs,
    latencyMs: 0,
    turns: 0,
    nextAtMs: { first: Infinity, retry: Infinity, replayed: Infinity },
  };
}

function burst(ratePerSecond: number | null): number {
  return ratePerSecond === null ? Infinity : Math.max(1, Math.floor(ratePerSecond * limits.rateBurstShare));
}

/** Takes over changed settings of the endpoint. */
export function reconfigure(
  lane: Lane,
  settings: { concurrency: number; ratePerSecond: number | null },
): void {
  lane.concurrency = settings.concurrency;
  lane.window = Math.min(lane.window, settings.concurrency);
  if (lane.failures === 0) lane.window = settings.concurrency;
  lane.ratePerSecond = settings.ratePerSecond;
}

/** An act of a person or API client: the endpoint gets a fresh chance. */
export function closeBreaker(lane: Lane): void {
  lane.breakerOpen = false;
  lane.failures = 0;
}

/** A lane that is slow or failing draws on the slow pool, so that quick endpoints keep theirs. */
export function isSlow(lane: Lane): boolean {
  return lane.latencyMs >= limits.slowMs || lane.failures > 0;
}

/** Whole tokens there are now: never more than one burst, whatever was earned, given back or reconfigured. */
export function refill(lane: Lane, nowMs: number): number {
  if (lane.ratePerSecond === null) return Infinity;
  const earned = (Math.max(0, nowMs - lane.tokensAtMs) * lane.ratePerSecond) / 1000;
  lane.tokens = Math.min(burst(lane.ratePerSecond), lane.tokens + earned);
  lane.tokensAtMs = nowMs;
  // A token that is short by a rounding error only would make the lane wait for a timer of 0 ms again and again.
  return Math.floor(lane.tokens + 1e-6);
}

/** When the next token will be there, if there is none now. */
export function tokenAtMs(lane: Lane): number {
  if (lane.ratePerSecond === null || lane.tokens >= 1) return lane.tokensAtMs;
  return lane.tokensAtMs + Math.ceil(((1 - lane.tokens) * 1000) / lane.ratePerSecond);
}

/** May a delivery that was accepted just now go out without the store's line? Only past an empty one, or order of arrival would be lost. */
export function takesFresh(lane: Lane, nowMs: number): boolean {
  return !lane.breakerOpen && lane.nextAtMs.first > nowMs && lane.nextAtMs.retry > nowMs;
}

/** May one more first attempt begin now? */
export function hasRoom(lane: Lane, nowMs: number): boolean {
  return !lane.breakerOpen && lane.inFlight < Math.floor(lane.window) && refill(lane, nowMs) >= 1;
}

/** Is a place in this lane a matter of a moment? Then it may be waited for in memory. */
export function mayStandBy(lane: Lane): boolean {
  return lane.ratePerSecond === null && !isSlow(lane);
}

/** How many more attempts of each line may start now, at most `places` in all. */
export function room(lane: Lane, nowMs: number, places: number): Record<Line, number> {
  const none = { first: 0, retry: 0, replayed: 0 };
  const most = Math.min(places, lane.concurrency - lane.inFlight, refill(lane, nowMs));
  if (most <= 0) return none;
  const due = (line: Line): boolean => lane.nextAtMs[line] <= nowMs;
  const free = Math.min(most, Math.floor(lane.window) - lane.inFlight);
  if (lane.breakerOpen && lane.probeAtMs > nowMs) {
    // No retry waits because of the breaker; first attempts and replays do.
    return { ...none, retry: due('retry') ? Math.max(free, lateRoom(lane, nowMs, most)) : 0 };
  }
  if (free <= 0) return { ...none, retry: due('retry') ? lateRoom(lane, nowMs, most) : 0 };
  if (lane.breakerOpen) {
    // The probe comes on top of the retries that would go out without it.
    const retries = Math.min(most - 1, Math.max(free, lateRoom(lane, nowMs, most)));
    if (due('first')) return { first: 1, retry: due('retry') ? retries : 0, replayed: 0 };
    const probe = due('replayed') ? 1 : 0;
    return { first: 0, retry: due('retry') ? free - probe : 0, replayed: probe };
  }
  return share(lane, free, { first: due('first'), retry: due('retry'), replayed: due('replayed') });
}

/**
 * A failing endpoint's window shrinks, but a delivery's own schedule must not be stretched by that: retries which waited too
 * long may use the endpoint's whole concurrency, where failures take long. After its first success the window alone counts, so it
 * is refilled gently.
 */
function lateRoom(lane: Lane, nowMs: number, most: number): number {
  return mayBeLate(lane) && nowMs - lane.nextAtMs.retry > limits.retryLatenessMs ? most : 0;
}

/** Failures that come quickly keep up one at a time; only long ones, such as timeouts, would stretch the others' schedules. */
function mayBeLate(lane: Lane): boolean {
  return lane.failures > 0 && lane.latencyMs >= limits.slowMs;
}

/** At most half of all for a replay while live traffic waits; the rest in halves between first attempts and retries, the longer due first. */
function share(lane: Lane, free: number, due: Record<Line, boolean>): Record<Line, number> {
  lane.turns += 1;
  const live = due.first || due.retry;
  const forReplayed = !due.replayed ? 0 : live ? Math.floor((free + (lane.turns % 2)) / 2) : free;
  const forLive = free - forReplayed;
  if (!(due.first && due.retry))
    return { first: due.first ? forLive : 0, retry: due.retry ? forLive : 0, replayed: forReplayed };
  const retryFirst = lane.nextAtMs.retry <= lane.nextAtMs.first;
  const forRetry = retryFirst ? Math.ceil(forLive / 2) : Math.floor(forLive / 2);
  return { first: forLive - forRetry, retry: forRetry, replayed: forReplayed };
}

/** Takes a place and a token. */
export function begin(lane: Lane): void {
  lane.inFlight += 1;
  if (lane.ratePerSecond !== null) lane.tokens -= 1;
}

/** Gives both back: nothing was sent. */
export function unbegin(lane: Lane): void {
  lane.inFlight -= 1;
  if (lane.ratePerSecond !== null) lane.tokens += 1;
}

/**
 * What was begun for a claim goes out now. What time earned while the store took it is no burst on top: the bucket is as if the
 * tokens were taken at this moment.
 */
export function goOut(lane: Lane, count: number, nowMs: number): void {
  if (lane.ratePerSecond === null) return;
  refill(lane, nowMs);
  lane.tokens = Math.min(lane.tokens, burst(lane.ratePerSecond) - count);
}

/** A probe goes out: the next first attempt waits. */
export function probeBegins(lane: Lane, nowMs: number): void {
  if (lane.breakerOpen) lane.probeAtMs = nowMs + limits.breakerProbeMs;
}

const faultOfTheMoment: ReadonlySet<AttemptError> = new Set<AttemptError>([
  'timeout',
  'connection_refused',
  'connection_reset',
  'dns',
  'tls',
  'protocol',
  'lost',
]);

/** Does this failure speak of the receiver's state, not of the one message? A 404 or 422 says nothing about load. */
export function speaksOfLoad(error: AttemptError, httpStatus: number | null): boolean {
  if (faultOfTheMoment.has(error)) return true;
  return httpStatus !== null && (httpStatus >= 500 || httpStatus === 429 || httpStatus === 408);
}

/** An attempt ended. Frees its place and learns from it. */
export function end(
  lane: Lane,
  result: { error: AttemptError | null; httpStatus: number | null; durationMs: number },
  nowMs: number,
): void {
  // Success while most of the window is idle says nothing about a wider one.
  const wasUsed = lane.inFlight * 2 >= Math.floor(lane.window);
  lane.inFlight -= 1;
  lane.latencyMs += (result.durationMs - lane.latencyMs) * 0.2;
  if (result.error === null) {
    // A receiver that comes back from an outage is filled from one request upwards; a single failure is no outage.
    if (lane.failures >= limits.breakerFailures) lane.window = 1;
    else if (wasUsed) lane.window = Math.min(lane.concurrency, lane.window + 1 / Math.floor(lane.window));
    lane.failures = 0;
    lane.breakerOpen = false;
    return;
  }
  if (lane.failures === 0) lane.failingSinceMs = nowMs;
  lane.failures += 1;
  if (speaksOfLoad(result.error, result.httpStatus)) lane.window = Math.max(1, lane.window / 2);
  if (
    lane.failures >= limits.breakerFailures &&
    nowMs - lane.failingSinceMs >= limits.breakerForMs &&
    !lane.breakerOpen
  ) {
    lane.breakerOpen = true;
    lane.probeAtMs = nowMs + limits.breakerProbeMs;
  }
}

/** When the lane should be looked at next for work on standby or in the store; Infinity: nothing to wait for but the end of an attempt. */
export function wakeAtMs(lane: Lane, nowMs: number, isStandingBy = false): number {
  if (lane.inFlight >= lane.concurrency) return Infinity;
  const open = lane.breakerOpen ? lane.probeAtMs : 0;
  const full = lane.inFlight >= Math.floor(lane.window);
  const first = isStandingBy ? nowMs : lane.nextAtMs.first;
  const free = full ? Infinity : Math.max(Math.min(first, lane.nextAtMs.replayed), open);
  const late = mayBeLate(lane) ? lane.nextAtMs.retry + limits.retryLatenessMs + 1 : Infinity;
  const retry = full ? late : lane.nextAtMs.retry;
  const dueAtMs = Math.min(free, retry);
  if (dueAtMs === Infinity) return Infinity;
  return refill(lane, nowMs) >= 1 ? dueAtMs : Math.max(dueAtMs, tokenAtMs(lane));
}
