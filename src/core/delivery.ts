import type { AttemptError } from './attempt.ts';
import type { Event } from './event.ts';

/** What the API calls a delivery's status. `held` and `sending` are read off the endpoint's status and the lease; the rest is stored. */
export type DeliveryStatus = 'pending' | 'sending' | 'retrying' | 'held' | 'delivered' | 'dead' | 'cancelled';

/** What the store keeps: work that is owed, or one of the three ways it can end. */
export type DeliveryState = 'open' | 'delivered' | 'dead' | 'cancelled';

/**
 * A delivery's key is its event's position times 65,536 plus its place among the event's targets. It is known before any
 * row is written, sorts by acceptance, and finds the event without a look-up.
 */
export function deliveryKey(eventSeq: number, place: number): number {
  return eventSeq * 65_536 + place;
}

/** The position of the event a delivery key belongs to. */
export function eventSeqOf(key: number): number {
  return Math.floor(key / 65_536);
}

/** The place among that event's targets. */
export function placeOf(key: number): number {
  return key % 65_536;
}

/** What a filter may ask of the attempts of a delivery. */
export interface TriedFilter {
  /** What the last attempt was answered, both ends included. */
  httpStatus?: { from: number; to: number };
  /** Attempts ever made, at least. */
  minAttempts?: number;
}

/** The status shown for what is stored. */
export function statusOf(row: {
  state: DeliveryState;
  leased: boolean;
  tries: number;
  endpointActive: boolean;
}): DeliveryStatus {
  if (row.state !== 'open') return row.state;
  if (row.leased) return 'sending';
  if (!row.endpointActive) return 'held';
  return row.tries > 0 ? 'retrying' : 'pending';
}

/** A delivery that is leased to us and may be attempted now. */
export interface Owed {
  key: number;
  endpointNo: number;
  event: Event;
  /** Attempts made in the present schedule; a replay starts again at 0. */
  tries: number;
  /** Attempts ever made; the next one has the number `attempts + 1`. */
  attempts: number;
  /** When the present schedule began; `giveUpAfter` counts from here. */
  startedAtMs: number;
  /** The replay it belongs to, which goes after live traffic; null for live traffic. */
  replayNo: number | null;
  /** True when it came straight from its accept and the store has no row for it yet. */
  fresh: boolean;
}

/** A delivery as the API shows it. */
export interface DeliveryView {
  key: number;
  eventId: string;
  eventType: string;
  reference: string | null;
  accountNo: number;
  endpointId: string;
  status: DeliveryStatus;
  attempts: number;
  createdAtMs: number;
  /** When the next attempt is due; null when none will be made by itself. */
  nextAttemptAtMs: number | null;
  /** When the last attempt began, and what came of it. */
  lastAttemptAtMs: number | null;
  httpStatus: number | null;
  error: AttemptError | null;
  /** When it became delivered, dead or cancelled. */
  endedAtMs: number | null;
}
