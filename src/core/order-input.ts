import { BodyReader, readText } from './body.ts';
import { referenceChars } from './limits/api.ts';
import { orderIdChars } from './limits/orders.ts';
import type { Order, OrderEntry } from './order.ts';
import { timeText } from './time-text.ts';

/** Reads the body of `POST /v1/orders`. */
export function readNewOrder(body: unknown): { sourceId: string; reference: string; orderId: string | null } {
  const reader = new BodyReader(body, ['sourceId', 'reference', 'orderId']);
  const line = (value: unknown, most: number): string | undefined => {
    const text = readText(value, most);
    return text === undefined || text === '' || /[\r\n\t]/.test(text) ? undefined : text;
  };
  for (const name of ['sourceId', 'reference']) if (!reader.has(name)) reader.wrong(name, 'is required');
  const sourceId = reader.optional('sourceId', '', 'must be the id of a source', (value) => line(value, 100));
  const reference = reader.optional(
    'reference',
    '',
    `must be one line of 1–${referenceChars} characters`,
    (value) => line(value, referenceChars),
  );
  const orderId = reader.optional<string | null>(
    'orderId',
    null,
    `must be one line of 1–${orderIdChars} characters`,
    (value) => line(value, orderIdChars),
  );
  reader.done();
  return { sourceId, reference, orderId };
}

/** An order as the API shows it, with its history where that is known. */
export function orderView(order: Order, history?: readonly OrderEntry[]): Record<string, unknown> {
  const { id, sourceId, reference, orderId, state, registered, flagged, overdue, foundBy } = order;
  return {
    id,
    sourceId,
    reference,
    orderId,
    state,
    registered,
    flagged,
    overdue,
    foundBy,
    createdAt: timeText(order.createdAtMs),
    updatedAt: timeText(order.updatedAtMs),
    nextPollAt: order.nextPollAtMs === null ? null : timeText(order.nextPollAtMs),
    ...(history === undefined ? {} : { history: history.map(entryView) }),
  };
}

function entryView({ atMs, kind, state, eventType, eventId, note }: OrderEntry): Record<string, unknown> {
  return { at: timeText(atMs), kind, state, eventType, eventId, note };
}
