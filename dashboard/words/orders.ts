import type { OrderEntry } from '../api/order.ts';

/** What an entry of an order's history says, in words. */
export function entryWords({ kind, eventType, note }: OrderEntry): string {
  if (kind === 'registered') return 'Registered by the store';
  if (kind === 'decision')
    return note === 'overdue' ? 'Took longer than allowed: overdue' : 'Asking is given up';
  if (kind === 'event') return `Told: ${eventType ?? 'an event'}`;
  return eventType === null ? `Asked: ${note}` : `Asked, and found out: ${eventType}`;
}

/** What is left to say of it. */
export function entryNote({ kind, eventType, note }: OrderEntry): string {
  return (kind === 'poll' && eventType === null) || note === 'overdue' ? '' : note;
}
