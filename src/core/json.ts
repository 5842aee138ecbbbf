import { SurehookError } from './errors.ts';
import {
  expectColon,
  expectEnd,
  expectName,
  notAllowed,
  skipSpace,
  skipValue,
  tooDeep,
  unexpected,
} from './json-grammar.ts';
import * as limits from './limits/api.ts';

/** Where a value's text stands: from `start` up to, not including, `end`, in UTF-16 units of the scanned text. */
export interface Span {
  start: number;
  end: number;
}

/** A JSON object seen from outside: where its members' values stand in the text. */
export interface ScannedObject {
  /** By decoded name; of members with the same name the last one counts, as `JSON.parse` has it. */
  members: Map<string, Span>;
  /** The member asked for by `inner`; null when it is not there. */
  inner: Span | null;
  /** The items of the array asked for by `itemsOf`; null when there is no such array. */
  items: Span[] | null;
}

/** What else to find while scanning. */
export interface ScanOptions {
  /** Nesting allowed, the object itself included; `limits.jsonDepth` when not given. */
  maxDepth?: number;
  /** Also find the member `name` of the object that is the member `of`. */
  inner?: { of: string; name: string };
  /** Also find the items of the array that is this member; more than `maxItems` are refused. */
  itemsOf?: string;
  maxItems?: number;
}

/** For text whose depth was checked before. */
const anyDepth = 1_000_000;
/** An array's position as RFC 6901 writes it. */
const arrayPosition = /^(?:0|[1-9]\d{0,8})$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a body's bytes. Bytes that are not UTF-8 are refused as `unparseable`; a byte order mark is left for the scanner to refuse. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new SurehookError('unparseable', 'The body is not valid UTF-8. Send JSON encoded as UTF-8.');
  }
}

/**
 * Checks that `text` is one JSON object (RFC 8259, exactly what `JSON.parse` accepts, nested at most `maxDepth` deep) and finds
 * the text of its members. One pass, linear time. Throws `unparseable` with the position for bad grammar, `invalid` for what is
 * well-formed but too deep, too many, or not an object.
 */
export function scanObject(text: string, options: ScanOptions = {}): ScannedObject {
  const start = skipSpace(text, 0);
  if (start === text.length) {
    throw new SurehookError('unparseable', 'The body is empty. Send a JSON object.');
  }
  const depthLeft = options.maxDepth ?? limits.jsonDepth;
  if (text.charCodeAt(start) !== 0x7b) {
    expectEnd(text, skipValue(text, start, depthLeft));
    throw notAllowed('', 'must be a JSON object');
  }
  const found: ScannedObject = { members: new Map(), inner: null, items: null };
  expectEnd(text, scanMembers(text, start, depthLeft, options, found));
  return found;
}

/**
 * Checks that `text` is JSON and nested at most `maxDepth` deep, without building anything.
 * Throws as `scanObject` does.
 */
export function checkJson(text: string, maxDepth: number = limits.jsonDepth): void {
  expectEnd(text, skipValue(text, skipSpace(text, 0), maxDepth));
}

/**
 * The text of the value that a path of member names and array positions leads to, in text that is known to be JSON; null when
 * there is none. Of members with the same name the last one counts.
 */
export function locate(text: string, path: readonly string[]): string | null {
  const found: Pick<ScannedObject, 'inner'> = { inner: null };
  let start = skipSpace(text, 0);
  for (const step of path) {
    found.inner = null;
    const c = text.charCodeAt(start);
    if (c === 0x7b) findInner(text, start, anyDepth, step, found);
    else if (c === 0x5b && arrayPosition.test(step)) found.inner = itemAt(text, start, Number(step));
    if (found.inner === null) return null;
    start = found.inner.start;
  }
  return text.slice(start, found.inner?.end ?? skipValue(text, start, anyDepth));
}

/** The string whose JSON text stands at `span` (quotes included). */
export function stringAt(text: string, span: Span): string {
  const raw = text.slice(span.start + 1, span.end - 1);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function scanMembers(
  text: string,
  open: number,
  depthLeft: number,
  options: ScanOptions,
  found: ScannedObject,
): number {
  const { inner, itemsOf } = options;
  let at = skipSpace(text, open + 1);
  if (text.charCodeAt(at) === 0x7d) return at + 1;
  for (;;) {
    const nameEnd = expectName(text, at);
    const name = stringAt(text, { start: at, end: nameEnd });
    const start = expectColon(text, nameEnd);
    let end: number;
    if (inner !== undefined && name === inner.of) {
      found.inner = null;
      end =
        text.charCodeAt(start) === 0x7b
          ? findInner(text, start, depthLeft - 1, inner.name, found)
          : skipValue(text, start, depthLeft - 1);
    } else if (name === itemsOf) {
      found.items = text.charCodeAt(start) === 0x5b ? [] : null;
      end = found.items
        ? collectItems(text, start, depthLeft - 1, options, found.items)
        : skipValue(text, start, depthLeft - 1);
    } else {
      end = skipValue(text, start, depthLeft - 1);
    }
    found.members.set(name, { start, end });
    at = skipSpace(text, end);
    const c = text.charCodeAt(at);
    if (c === 0x7d) return at + 1;
    if (c !== 0x2c) throw unexpected(text, at, '"," or "}"');
    at = skipSpace(text, at + 1);
  }
}

function findInner(
  text: string,
  open: number,
  depthLeft: number,
  wanted: string,
  found: Pick<ScannedObject, 'inner'>,
): number {
  if (depthLeft < 1) throw tooDeep();
  let at = skipSpace(text, open + 1);
  if (text.charCodeAt(at) === 0x7d) return at + 1;
  for (;;) {
    const nameEnd = expectName(text, at);
    const start = expectColon(text, nameEnd);
    const end = skipValue(text, start, depthLeft - 1);
    if (isName(text, at, nameEnd, wanted)) found.inner = { start, end };
    at = skipSpace(text, end);
    const c = text.charCodeAt(at);
    if (c === 0x7d) return at + 1;
    if (c !== 0x2c) throw unexpected(text, at, '"," or "}"');
    at = skipSpace(text, at + 1);
  }
}

/** Compares without cutting a string out; only a name with escapes has to be decoded, and none is shorter than what it stands for. */
function isName(text: string, start: number, end: number, wanted: string): boolean {
  if (end - start - 2 === wanted.length) return text.startsWith(wanted, start + 1);
  return end - start - 2 > wanted.length && stringAt(text, { start, end }) === wanted;
}

function collectItems(
  text: string,
  open: number,
  depthLeft: number,
  options: ScanOptions,
  items: Span[],
): number {
  if (depthLeft < 1) throw tooDeep();
  let at = skipSpace(text, open + 1);
  if (text.charCodeAt(at) === 0x5d) return at + 1;
  for (;;) {
    const end = skipValue(text, at, depthLeft - 1);
    items.push({ start: at, end });
    if (options.maxItems !== undefined && items.length > options.maxItems) {
      throw notAllowed(
        `/${options.itemsOf}`,
        `must hold at most ${options.maxItems} items; send the rest in another request`,
      );
    }
    at = skipSpace(text, end);
    const c = text.charCodeAt(at);
    if (c === 0x5d) return at + 1;
    if (c !== 0x2c) throw unexpected(text, at, '"," or "]"');
    at = skipSpace(text, at + 1);
  }
}

function itemAt(text: string, open: number, position: number): Span | null {
  let at = skipSpace(text, open + 1);
  if (text.charCodeAt(at) === 0x5d) return null;
  for (let n = 0; ; n++) {
    const end = skipValue(text, at, anyDepth);
    if (n === position) return { start: at, end };
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === 0x5d) return null;
    at = skipSpace(text, at + 1);
  }
}
