import * as limits from './limits/sending.ts';
import { plainField } from './plain-field.ts';

/*
 * The shape that nearly all responses of receivers have. It is all that the sender reads by itself; whatever differs from it in
 * anything is left to a whole HTTP client. So this may be narrow, and must never read a response otherwise than that client would.
 */

/** Names in lower case; several values of one name as a list, in their order. */
export type HeaderTable = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the head of a plain response says. */
export interface PlainResponse {
  /** 200 to 599. */
  status: number;
  headers: HeaderTable;
  bodyBytes: number;
  /** How long its connection may lie idle before the next request; 0: there is no next. */
  keepMs: number;
}

const statusLine = /HTTP\/1\.1 ([2-5]\d\d) [\x20-\x7e]*\r\n/y;
const fieldLine = plainField();
/** With one of these a body or its connection is not what it is without. */
const notPlain: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'upgrade',
  'trailer',
  // Taken for Connection where it stands.
  'proxy-connection',
  // Names that every object knows already.
  '__proto__',
  'constructor',
]);

/**
 * Reads the head of a response to a request that is not HEAD, from its status line to the CRLF of its last field, one character
 * a byte. Null: it is not plain. Where a body can be, its length is said, once (RFC 9112, 6.3).
 */
export function readPlainResponse(head: string): PlainResponse | null {
  if (head.length > limits.plainHeadBytes) return null;
  statusLine.lastIndex = 0;
  const status = Number(statusLine.exec(head)?.[1] ?? 0);
  if (status === 0) return null;
  const headers: Record<string, string | string[]> = {};
  fieldLine.lastIndex = statusLine.lastIndex;
  while (fieldLine.lastIndex < head.length) {
    const [, given, value] = fieldLine.exec(head) ?? [];
    if (given === undefined || value === undefined) return null;
    const name = given.toLowerCase();
    if (notPlain.has(name)) return null;
    add(headers, name, value);
  }
  const bodyBytes = bodyBytesOf(status, headers['content-length']);
  const keepMs = keepMsOf(headers.connection, headers['keep-alive']);
  return bodyBytes === null || keepMs === null ? null : { status, headers, bodyBytes, keepMs };
}

function add(headers: Record<string, string | string[]>, name: string, value: string): void {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (typeof before === 'string') headers[name] = [before, value];
  else before.push(value);
}

/** Null: it is not said in the usual way. 204 and 304 have none, whatever they say. */
function bodyBytesOf(status: number, length: string | string[] | undefined): number | null {
  if (status === 204 || status === 304) return length === undefined || length === '0' ? 0 : null;
  return typeof length === 'string' && /^(?:0|[1-9]\d{0,8})$/.test(length) ? Number(length) : null;
}

/** A receiver closes what lay idle for as long as it said; a request that is under way just then would be lost, so it is given up earlier. */
function keepMsOf(
  connection: string | string[] | undefined,
  keepAlive: string | string[] | undefined,
): number | null {
  if (Array.isArray(connection) || Array.isArray(keepAlive)) return null;
  const said = connection?.toLowerCase() ?? 'keep-alive';
  if (said === 'close') return 0;
  if (said !== 'keep-alive') return null;
  if (keepAlive === undefined) return limits.idleSocketMs;
  const seconds = /^timeout=(\d{1,6})(?:, max=\d{1,6})?$/.exec(keepAlive)?.[1];
  if (seconds === undefined) return null;
  return Math.min(limits.idleSocketMs, Math.max(0, Number(seconds) * 1000 - limits.idleMarginMs));
}
