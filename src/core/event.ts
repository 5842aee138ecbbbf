/** Where an event came from: published by API, handed in by a provider's webhook, or found by asking. */
export type Origin = 'api' | 'webhook' | 'poll';

/** A fact handed to us. `data` is the publisher's JSON text, byte for byte (UTF-8, checked); nothing here changes after acceptance. */
export interface Event {
  /** The store's own position: grows with every accepted event, never reused. */
  seq: number;
  accountNo: number;
  /** The caller's id or a new `evt_…`; unique within the account. */
  id: string;
  type: string;
  /** The publisher's own text, else the time of acceptance, RFC 3339 with milliseconds. */
  timestamp: string;
  data: string;
  reference: string | null;
  /** Id of the source it came through, null when published by API. */
  source: string | null;
  origin: Origin;
  /** W3C trace id (32 hex digits) that the publisher sent along, if any. */
  traceId: string | null;
  /** How it came in, as `core/received.ts` writes it; null when it was not handed in through a source. */
  received: string | null;
  createdAtMs: number;
}

/** An event without its payload, as lists show it. */
export type EventHead = Omit<Event, 'data' | 'received'>;

/** An event before the store has given it a position. */
export type NewEvent = Omit<Event, 'seq'>;

const typePattern = /^[A-Za-z0-9_.:/-]{1,128}$/;
const idPattern = /^[\x21-\x7e]{1,200}$/;

/** Event types are 1–128 characters of `A-Z a-z 0-9 _ . : / -` (contract §3). */
export function isEventType(text: string): boolean {
  return typePattern.test(text);
}

/** A caller's event id is 1–200 visible ASCII characters (contract §4). */
export function isEventId(text: string): boolean {
  return idPattern.test(text);
}

/** About how much memory an event takes: its data, and what it came as. */
export function dataSize({ data, received }: Pick<NewEvent, 'data' | 'received'>): number {
  return data.length + (received?.length ?? 0);
}
