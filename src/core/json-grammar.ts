import { SurehookError } from './errors.ts';
import * as limits from './limits/api.ts';

/*
 * The grammar of RFC 8259 as functions from position to position: nothing is built, so checking costs a few nanoseconds a
 * character. Recursion goes as deep as the text is nested, which `depthLeft` bounds.
 */

/** Answers the position after the value that begins at `at`. Throws as `scanObject` of `json.ts` does. */
export function skipValue(text: string, at: number, depthLeft: number): number {
  const c = text.charCodeAt(at);
  if (c === 0x22) return skipString(text, at);
  if (c === 0x7b) return skipObject(text, at, depthLeft);
  if (c === 0x5b) return skipArray(text, at, depthLeft);
  if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return skipNumber(text, at);
  if (c === 0x74 && text.startsWith('true', at)) return at + 4;
  if (c === 0x66 && text.startsWith('false', at)) return at + 5;
  if (c === 0x6e && text.startsWith('null', at)) return at + 4;
  throw unexpected(text, at, 'a JSON value');
}

function skipObject(text: string, open: number, depthLeft: number): number {
  if (depthLeft < 1) throw tooDeep();
  let at = skipSpace(text, open + 1);
  if (text.charCodeAt(at) === 0x7d) return at + 1;
  for (;;) {
    const end = skipValue(text, expectColon(text, expectName(text, at)), depthLeft - 1);
    at = skipSpace(text, end);
    const c = text.charCodeAt(at);
    if (c === 0x7d) return at + 1;
    if (c !== 0x2c) throw unexpected(text, at, '"," or "}"');
    at = skipSpace(text, at + 1);
  }
}

function skipArray(text: string, open: number, depthLeft: number): number {
  if (depthLeft < 1) throw tooDeep();
  let at = skipSpace(text, open + 1);
  if (text.charCodeAt(at) === 0x5d) return at + 1;
  for (;;) {
    at = skipSpace(text, skipValue(text, at, depthLeft - 1));
    const c = text.charCodeAt(at);
    if (c === 0x5d) return at + 1;
    if (c !== 0x2c) throw unexpected(text, at, '"," or "]"');
    at = skipSpace(text, at + 1);
  }
}

/** Takes the position of the opening quote and answers that after the closing one. */
function skipString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 0x22) return at + 1;
    if (c < 0x20) throw unexpected(text, at, 'no control character inside a string');
    if (c === 0x5c) at = skipEscape(text, at + 1);
  }
  throw unexpected(text, text.length, 'the end of a string');
}

/** Takes the position after a backslash and answers that of the escape's last character. */
function skipEscape(text: string, at: number): number {
  switch (text.charCodeAt(at)) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at;
    case 0x75: // u
      for (let n = 1; n <= 4; n++) {
        const c = text.charCodeAt(at + n) | 0x20;
        const isHex = (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66);
        if (!isHex || text.charCodeAt(at + n) < 0x30) throw unexpected(text, at + n, 'a hex digit');
      }
      return at + 4;
    default:
      throw unexpected(text, at, 'an escape that JSON knows');
  }
}

function skipNumber(text: string, start: number): number {
  let at = text.charCodeAt(start) === 0x2d ? start + 1 : start;
  at = text.charCodeAt(at) === 0x30 ? at + 1 : skipDigits(text, at);
  if (text.charCodeAt(at) === 0x2e) at = skipDigits(text, at + 1);
  if ((text.charCodeAt(at) | 0x20) === 0x65) {
    const sign = text.charCodeAt(at + 1);
    at = skipDigits(text, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
  }
  return at;
}

function skipDigits(text: string, start: number): number {
  let at = start;
  for (let c = text.charCodeAt(at); c >= 0x30 && c <= 0x39; c = text.charCodeAt(++at));
  if (at === start) throw unexpected(text, at, 'a digit');
  return at;
}

/** Answers the position of the first character from `start` on that is not white space. */
export function skipSpace(text: string, start: number): number {
  let at = start;
  for (
    let c = text.charCodeAt(at);
    c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
    c = text.charCodeAt(++at)
  );
  return at;
}

/** Takes the position where a member's name must begin and answers that after it. */
export function expectName(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x22) throw unexpected(text, at, 'a member name in double quotes');
  return skipString(text, at);
}

/** Takes the position after a name and answers that of the value. */
export function expectColon(text: string, nameEnd: number): number {
  const at = skipSpace(text, nameEnd);
  if (text.charCodeAt(at) !== 0x3a) throw unexpected(text, at, '":"');
  return skipSpace(text, at + 1);
}

/** Throws when anything but white space follows. */
export function expectEnd(text: string, end: number): void {
  const at = skipSpace(text, end);
  if (at < text.length) throw unexpected(text, at, 'nothing after the JSON value');
}

/** The refusal of text that is not JSON: what was expected and what stands there. */
export function unexpected(text: string, at: number, wanted: string): SurehookError {
  if (at === 0 && text.charCodeAt(0) === 0xfeff) {
    return new SurehookError(
      'unparseable',
      'The body begins with a byte order mark. Send UTF-8 without one.',
    );
  }
  const got =
    at < text.length
      ? `found ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`
      : 'the text ended';
  return new SurehookError(
    'unparseable',
    `The body is not JSON: expected ${wanted} at character ${at + 1}, but ${got}.`,
  );
}

/** The refusal of text that is nested too deep. */
export function tooDeep(): SurehookError {
  return notAllowed('', `must be nested at most ${limits.jsonDepth} levels deep`);
}

/** The refusal of what is JSON, but not what it may be. */
export function notAllowed(pointer: string, detail: string): SurehookError {
  return new SurehookError('invalid', `${pointer || 'body'}: ${detail}`, { problems: [{ pointer, detail }] });
}
