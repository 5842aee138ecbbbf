import { crc32 } from './crc32.ts';
import { type ReceivedRequest, valuesAt } from './place.ts';
import type { Part, Place, Scheme } from './scheme.ts';

/** What a message can be made of. `timestamp` is text, exactly as it stands in the request. */
export interface MessageParts {
  id: string;
  timestamp: string;
  method: string;
  url: string;
  body: Part;
  /** What `{header:NAME}` and its like are read from; without one they can't be. */
  request?: ReceivedRequest;
}

const encoder = new TextEncoder();

/** The parts that a scheme signs, neighbouring texts put together; null when a value it names is not there exactly once. */
export function messageOf(scheme: Scheme, from: MessageParts): Part[] | null {
  const parts: Part[] = [];
  let text = '';
  for (const part of scheme.message) {
    if (part === '{body}') {
      if (text !== '') parts.push(text);
      text = '';
      parts.push(from.body);
      continue;
    }
    const value = textOf(part, from);
    if (value === null) return null;
    text += value;
  }
  if (text !== '') parts.push(text);
  return parts;
}

function textOf(part: string, from: MessageParts): string | null {
  if (!part.startsWith('{')) return part;
  if (part === '{id}') return from.id;
  if (part === '{timestamp}') return from.timestamp;
  if (part === '{method}') return from.method;
  if (part === '{url}') return from.url;
  if (part === '{crc32}')
    return String(crc32(typeof from.body === 'string' ? encoder.encode(from.body) : from.body));
  const place = placeOf(part);
  if (place === null) return part;
  const values = from.request === undefined ? [] : valuesAt(place, from.request);
  return values.length === 1 ? values[0]! : null;
}

/** The place that a part such as `{header:x-id}` or `{body:/signature/token}` names; null when it names none. */
export function placeOf(part: string): Place | null {
  const [, kind, name] = /^\{(header|body|query|form):(.+)\}$/s.exec(part) ?? [];
  return kind === undefined ? null : ({ [kind]: name } as Place);
}
