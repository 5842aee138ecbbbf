import { invalid, type Problem, SurehookError } from './errors.ts';
import { isEventId, isEventType } from './event.ts';
import { decodeText, type Span, scanObject, stringAt } from './json.ts';
import * as limits from './limits/api.ts';

/** An event as a publisher hands it in; null is what was absent (or `null`). */
export interface EventInput {
  type: string;
  id: string | null;
  /** The publisher's own text. */
  timestamp: string | null;
  /** The JSON text of `data`, as it was sent. */
  data: string;
  /** The event's own, else the string or number at `data.reference` (a number as it is written). */
  reference: string | null;
  account: string | null;
  /** Not before now; null: at once. */
  deliverAtMs: number | null;
}

/** What reading an event needs to know. */
export interface EventInputOptions {
  nowMs: number;
  /** Largest `data`, in bytes of UTF-8. */
  maxDataBytes: number;
}

/** Spellings of `type` that are understood, so that the envelope of any profile can be posted as it stands. */
const typeNames = ['type', 'eventType', 'event_type', 'event'] as const;
const dataReference = { of: 'data', name: 'reference' } as const;
/** What `deliverAt` is mistaken for: sending now what was to wait cannot be taken back. */
const deliverAtMistaken = ['deliver_at', 'delivery_at', 'deliveryAt', 'deliverat'] as const;
const typeMust = `must be 1–${limits.eventTypeChars} characters of A-Z a-z 0-9 _ . : / -`;
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const beyondAscii = /[\u0080-\uffff]/;

/**
 * Reads one event from the text of a request (contract §4). Members that are not known are ignored.
 * Throws `unparseable`, `invalid` with a pointer for each thing that is wrong, or `too_large` when `data` is past its bound.
 */
export function parseEvent(text: string, options: EventInputOptions): EventInput {
  const { members, inner } = scanObject(text, { inner: dataReference });
  const reader = new MemberReader(text, members);
  const input: EventInput = {
    type: reader.type('/type'),
    id: reader.string(
      'id',
      isEventId,
      `must be a string of 1–${limits.eventIdChars} visible ASCII characters`,
    ),
    timestamp: reader.string(
      'timestamp',
      isTimestamp,
      `must be an RFC 3339 time with an offset, such as "2026-01-31T12:00:00Z", of at most ${limits.timestampChars} characters`,
    ),
    data: reader.raw('data') ?? '',
    reference: reader.reference(members.get('reference'), '/reference', inner),
    account: reader.string('account', isEventId, 'must be the id of an account, a string'),
    deliverAtMs: reader.deliverAt(options.nowMs),
  };
  for (const name of deliverAtMistaken)
    if (reader.has(name)) reader.wrong(`/${name}`, 'is not known; did you mean deliverAt?');
  if (input.data === '') reader.wrong('/data', 'is required: any JSON value');
  if (reader.problems.length > 0) throw invalid(reader.problems);
  if (isLonger(input.data, options.maxDataBytes)) {
    throw new SurehookError(
      'too_large',
      `data is larger than ${options.maxDataBytes} bytes. Send less, or a reference to it.`,
    );
  }
  return input;
}

/** Reads the body of a test: a type, in any spelling that an event may have, and the JSON text of its data. Throws `invalid` with pointers. */
export function parseTestEvent(text: string): Pick<EventInput, 'type' | 'data'> {
  const { members } = scanObject(text);
  const reader = new MemberReader(text, members);
  const event = { type: reader.type('/eventType'), data: reader.raw('data') ?? '' };
  if (event.data === '') reader.wrong('/data', 'is required: any JSON value');
  if (reader.problems.length > 0) throw invalid(reader.problems);
  return event;
}

/**
 * Cuts the body of a batch (`{"events":[…]}`) into the texts of its events, for `parseEvent` to judge one by one. Each text
 * stands alone in memory. Throws when the batch as a whole cannot be read, or holds none or more than `limits.batchEvents`.
 */
export function parseBatch(text: string): string[] {
  const { items } = scanObject(text, {
    maxDepth: limits.jsonDepth + 2,
    itemsOf: 'events',
    maxItems: limits.batchEvents,
  });
  if (items === null || items.length === 0) {
    throw invalid([{ pointer: '/events', detail: `must be an array of 1–${limits.batchEvents} events` }]);
  }
  return items.map((span) => alone(text.slice(span.start, span.end)));
}

const encoder = new TextEncoder();

/** A slice keeps the text it was cut from in memory: one event that waits would hold its whole batch. */
function alone(slice: string): string {
  return decodeText(encoder.encode(slice));
}

/** Reads members one by one and gathers what is wrong with them. */
class MemberReader {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #members: Map<string, Span>;

  constructor(text: string, members: Map<string, Span>) {
    this.#text = text;
    this.#members = members;
  }

  /** True when the member is there and not `null`. */
  has(name: string): boolean {
    const span = this.#members.get(name);
    return span !== undefined && !isNull(this.#text, span);
  }

  wrong(pointer: string, detail: string): void {
    this.problems.push({ pointer, detail });
  }

  /** The type, however it is spelled; two spellings must say the same. `pointer` is where it is missing. */
  type(pointer: string): string {
    const given = typeNames.filter((name) => this.has(name));
    const [first] = given;
    if (first === undefined) {
      this.wrong(pointer, 'is required: the name of what happened, such as "order.created"');
      return '';
    }
    const type = this.string(first, isEventType, typeMust);
    for (const name of given.slice(1)) {
      const span = this.#members.get(name)!;
      if (isString(this.#text, span) && stringAt(this.#text, span) !== type)
        this.wrong(`/${name}`, `says another type than ${first}; leave one of them out`);
    }
    return type ?? '';
  }

  raw(name: string): string | null {
    const span = this.#members.get(name);
    return span === undefined ? null : this.#text.slice(span.start, span.end);
  }

  /** A string that passes `test`; null when absent. */
  string(name: string, test: (value: string) => boolean, must: string): string | null {
    const span = this.#members.get(name);
    if (span === undefined || isNull(this.#text, span)) return null;
    const value = isString(this.#text, span) ? stringAt(this.#text, span) : null;
    if (value === null || !test(value)) this.wrong(`/${name}`, must);
    return value;
  }

  reference(own: Span | undefined, pointer: string, inner: Span | null): string | null {
    const ownGiven = own !== undefined && !isNull(this.#text, own);
    const span = ownGiven ? own : inner;
    if (span === null) return null;
    const value = scalarAt(this.#text, span);
    if (value === null) {
      if (ownGiven) this.wrong(pointer, 'must be a string or a number');
      return null;
    }
    if (value === '' && !ownGiven) return null;
    if (!isReference(value)) {
      const where = ownGiven ? pointer : '/data/reference';
      this.wrong(
        where,
        `must be 1–${limits.referenceChars} characters, none of them a control character or half a surrogate pair`,
      );
    }
    return value;
  }

  deliverAt(nowMs: number): number | null {
    const must = 'must be an RFC 3339 time with an offset, such as "2026-01-31T12:00:00Z"';
    const value = this.string('deliverAt', isInstant, must);
    if (value === null || !isInstant(value)) return null;
    const atMs = Date.parse(value);
    if (atMs - nowMs > limits.deliverAtAheadMs) {
      this.wrong('/deliverAt', `must be at most ${limits.deliverAtAheadMs / 86_400_000} days from now`);
    }
    return Math.max(atMs, nowMs);
  }
}

function isNull(text: string, span: Span): boolean {
  return text.charCodeAt(span.start) === 0x6e;
}

function isString(text: string, span: Span): boolean {
  return text.charCodeAt(span.start) === 0x22;
}

/** A string decoded, a number as it is written, null for anything else. */
function scalarAt(text: string, span: Span): string | null {
  if (isString(text, span)) return stringAt(text, span);
  const c = text.charCodeAt(span.start);
  return c === 0x2d || (c >= 0x30 && c <= 0x39) ? text.slice(span.start, span.end) : null;
}

function isReference(value: string): boolean {
  if (value.length === 0 || value.length > limits.referenceChars || !value.isWellFormed()) return false;
  for (let at = 0; at < value.length; at++) {
    const c = value.charCodeAt(at);
    if (c < 0x20 || c === 0x7f) return false;
  }
  return true;
}

/** Kept as the publisher wrote it, and it goes into headers. */
function isTimestamp(value: string): boolean {
  return value.length <= limits.timestampChars && isInstant(value);
}

function isInstant(value: string): boolean {
  return rfc3339.test(value) && !Number.isNaN(Date.parse(value));
}

/** Whether a text takes more than `maxBytes` in UTF-8, counted only when its length leaves it open. */
function isLonger(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes || !beyondAscii.test(text)) return false;
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    // Half of a pair of surrogates stands for two of the pair's four bytes.
    bytes += c < 0x80 ? 1 : c < 0x800 || (c >= 0xd800 && c <= 0xdfff) ? 2 : 3;
  }
  return bytes > maxBytes;
}
