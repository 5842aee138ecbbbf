import * as limits from './limits/orders.ts';

/** A source with orders that wait to be asked about: since when the first of them, and when the next moment to ask is free. */
export interface DuePolls {
  sourceId: string;
  dueAtMs: number;
  freeAtMs: number;
}

/** How many orders of a source may be taken to be asked about, and at what rate. */
export interface PollAsk {
  sourceId: string;
  perSecond: number;
  limit: number;
}

/** Places for questions: how many are free over all, and of one source with its rate; null: it is not to be asked. */
export interface PollRoom {
  places: number;
  of(sourceId: string): { perSecond: number; places: number } | null;
}

/** What is to be taken now, when the next may be, and whether more would be but for the places. */
export interface PollPlan {
  asks: PollAsk[];
  nextAtMs: number;
  isCrowded: boolean;
}

/**
 * Shares the free places among the sources that may be asked now: who was asked longest ago goes first, and none takes what another
 * could have. So one with any number of waiting orders costs the others nothing.
 */
export function planPolls(due: readonly DuePolls[], room: PollRoom, nowMs: number): PollPlan {
  const ready: { ask: PollAsk; freeAtMs: number }[] = [];
  let nextAtMs = Infinity;
  let isCrowded = false;
  for (const { sourceId, dueAtMs, freeAtMs } of due) {
    const own = room.of(sourceId);
    if (own === null) continue;
    // By halves, or every single moment that comes near would be taken by an act of its own.
    const fromMs = Math.max(dueAtMs, freeAtMs - limits.pollAheadMs / 2);
    if (fromMs > nowMs) nextAtMs = Math.min(nextAtMs, fromMs);
    else if (own.places <= 0) isCrowded = true;
    else ready.push({ ask: { sourceId, perSecond: own.perSecond, limit: own.places }, freeAtMs });
  }
  ready.sort((a, b) => a.freeAtMs - b.freeAtMs);
  let left = room.places;
  const asks: PollAsk[] = [];
  for (const [i, { ask }] of ready.entries()) {
    const limit = Math.min(ask.limit, Math.ceil(left / (ready.length - i)));
    if (limit < ask.limit) isCrowded = true;
    if (limit > 0) asks.push({ ...ask, limit });
    left -= limit;
  }
  return { asks, nextAtMs, isCrowded };
}

/** The next free moments to ask at the rate, not past `limits.pollAheadMs`, and from when on there are more. */
export function momentsFrom(
  freeAtMs: number,
  { perSecond, limit }: Pick<PollAsk, 'perSecond' | 'limit'>,
  nowMs: number,
): { atMs: number[]; freeAtMs: (taken: number) => number } {
  const gapMs = 1000 / perSecond;
  const firstMs = Math.max(freeAtMs, nowMs);
  const nth = (n: number): number => Math.ceil(firstMs + n * gapMs);
  const atMs: number[] = [];
  while (atMs.length < limit && nth(atMs.length) <= nowMs + limits.pollAheadMs) atMs.push(nth(atMs.length));
  return { atMs, freeAtMs: (taken) => (taken === 0 ? freeAtMs : nth(taken)) };
}
