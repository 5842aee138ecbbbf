import { alertKindOfEvent } from '../core/alert.ts';
import type { AcceptItem } from './store.ts';

/** Whether something that was handed in before decides if there is anything to store. */
export function isKeyed({ idempotency, inbound }: AcceptItem): boolean {
  return idempotency !== null || inbound !== null;
}

/** Whether more than the event changes with it: an order, or what people are told of. */
export function isWatched({ order, event }: AcceptItem): boolean {
  return order !== undefined || alertKindOfEvent(event.type) !== null;
}

/** Whether more than the event itself is decided about: what it waits for then, its company would wait for, too. */
export function isInvolved(item: AcceptItem): boolean {
  return isKeyed(item) || isWatched(item);
}
