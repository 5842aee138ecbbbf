import type { OrderEntry } from '../api/order.ts';

/** An entry, and how often the same came one after the other. */
export interface EntryRun extends OrderEntry {
  times: number;
  /** Of the last of them; `at` is the first's. */
  lastAt: string;
}

/** A history in which the same answer to the same question, time and again, is one entry. */
export function runsOf(history: readonly OrderEntry[]): EntryRun[] {
  const runs: EntryRun[] = [];
  for (const entry of history) {
    const last = runs.at(-1);
    const isSame =
      last?.kind === 'poll' && entry.kind === 'poll' && last.note === entry.note && entry.eventType === null;
    if (isSame && last.eventType === null) {
      last.times += 1;
      last.lastAt = entry.at;
    } else runs.push({ ...entry, times: 1, lastAt: entry.at });
  }
  return runs;
}

/** What an entry of an order's history says, in words. */
export function entryWords({ kind, eventType, note, times = 1 }: OrderEntry & { times?: number }): string {
  if (kind === 'registered') return 'Registered by the store';
  if (kind === 'decision')
    return note === 'overdue' ? 'Took longer than allowed: overdue' : 'Asking is given up';
  if (kind === 'event') return `Told: ${eventType ?? 'an event'}`;
  const asked = times === 1 ? 'Asked' : `Asked ${times.toLocaleString()} times`;
  return eventType === null ? `${asked}: ${note}` : `Asked, and found out: ${eventType}`;
}

/** What is left to say of it. */
export function entryNote({ kind, eventType, note }: OrderEntry): string {
  return (kind === 'poll' && eventType === null) || note === 'overdue' ? '' : note;
}
