import type { Endpoint } from '../../src/core/endpoint.ts';
import type { RetryPolicy } from '../../src/core/retry.ts';
import type { Published } from './publishers.ts';

/** What came of a request, as the wire knows it. */
export interface Answered {
  ok: boolean;
  httpStatus: number | null;
  endedAtMs: number;
  /** What a readable `Retry-After` on 429 or 503 asked for. */
  askedMs: number;
}

/** One delivery as it must be, worked out from what was done to the store, in the order of its commits. */
export interface Tracked {
  key: number;
  record: EndpointRecord;
  event: Published;
  state: 'open' | 'delivered' | 'dead' | 'cancelled';
  before: 'delivered' | 'dead' | 'cancelled';
  /** Epoch that holds it. */
  lease: number | null;
  /** By epoch: a lease was given that no request has used. */
  grants: Map<number, boolean>;
  tries: number;
  attempts: number;
  /** By wall time; nothing may be sent before. */
  notBeforeMs: number;
  endedAtMs: number;
  joinedAtMs: number;
  /** When the attempt that was settled last began. */
  settledAtMs: number;
  replayNo: number | null;
  /** Put back after it had ended: it goes behind the others of its reference, on a fresh schedule. */
  putBack: boolean;
  /** When its endpoint, free to send and in good hands, must have been told at the latest; by virtual time. */
  promptByMs: number;
  sends: number;
  successes: number;
  /** Requests that no attempt has to answer for: cancelled, deleted or given back while under way. */
  excused: number;
  /** Whoever sends it dies. */
  poison: boolean;
  crashes: number;
  body: string | null;
  idHeaders: string | null;
  answered: Answered | null;
}

export interface EndpointRecord {
  endpoint: Endpoint;
  before: Endpoint;
  deleted: boolean;
  /** Somebody was told that it is paused, disabled or deleted, and nobody has asked for anything else since. */
  stopped: boolean;
  /** Acts under way, and whether one ended with an unknown outcome: then either version of the settings may be in use. */
  acts: number;
  unsure: boolean;
  /** Failed attempts since the last that succeeded, in the order of their settlements. */
  failures: number;
}

/** It ended, by an attempt or otherwise. */
export function end(one: Tracked, state: Exclude<Tracked['state'], 'open'>, nowMs: number): void {
  one.state = state;
  one.lease = null;
  one.endedAtMs = nowMs;
  one.replayNo = null;
}

/** The least wait after try number `tries`; infinite when none follows. */
export function stepMs(policy: RetryPolicy, tries: number): number {
  if (policy.kind === 'schedule') return policy.delaysMs[tries - 1] ?? Number.POSITIVE_INFINITY;
  if (tries > policy.maxRetries) return Number.POSITIVE_INFINITY;
  return Math.min(policy.maxDelayMs, Math.round(policy.initialMs * policy.factor ** (tries - 1)));
}

export function tagOf(url: string): string {
  return url.slice('https://'.length, url.indexOf('.example'));
}
