import { maxHeaderBytes } from './limits/api.ts';
import { plainFields } from './limits/front.ts';
import { plainField } from './plain-field.ts';

/*
 * The shape that nearly all requests to publish have. It is all that the thread which callers connect to reads by itself;
 * whatever differs from it in anything, be it right or wrong, is passed on byte for byte to a whole HTTP server. So this may
 * be narrow, and must never read a request otherwise than that server would.
 */

/** The headers that decide what becomes of a plain request, in the order in which they cross between threads. */
export const plainHeaders = [
  'authorization',
  'surehook-account',
  'idempotency-key',
  'traceparent',
  'content-type',
  'x-forwarded-for',
] as const;

/** Those of them that came, by lower-case name, each as it was sent. */
export type PlainHeaders = Partial<Record<(typeof plainHeaders)[number], string>>;

/** What the head of a plain request says. */
export interface PlainHead {
  headers: PlainHeaders;
  /** At least 1. */
  bodyBytes: number;
}

/** A request to publish, whole. */
export interface PlainRequest {
  headers: PlainHeaders;
  text: string;
  /** The connection's other end. */
  remoteAddress: string | undefined;
}

/** What a plain request is answered with. */
export interface PlainAnswer {
  status: number;
  /** Header lines, each with its CRLF; those that are the connection's own come on top. */
  head: string;
  body: string;
}

const requestLine = 'POST /v1/events HTTP/1.1\r\n';
const fieldLine = plainField();
const decides: ReadonlySet<string> = new Set(plainHeaders);
/** With one of these, a body or its connection is not what it is without, or somebody else asks. */
const notPlain: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'content-encoding',
  'expect',
  'upgrade',
  // Where it stands, node:http takes it for Connection.
  'proxy-connection',
  'te',
  'trailer',
  'cookie',
]);

/**
 * Reads the head of a request, from its first line to the CRLF of its last field, one character a byte. Null: it is not plain.
 * What decides comes once, a Host and a Content-Length come (RFC 9112, 3.2 and 6.3), and the body has `maxBodyBytes` at most.
 */
export function readPlainHead(head: string, maxBodyBytes: number): PlainHead | null {
  if (head.length > maxHeaderBytes || !head.startsWith(requestLine)) return null;
  const headers: Record<string, string> = {};
  let host: string | null = null;
  let length: string | null = null;
  fieldLine.lastIndex = requestLine.length;
  for (let fields = 1; fieldLine.lastIndex < head.length; fields += 1) {
    if (fields > plainFields) return null;
    const [, given, value] = fieldLine.exec(head) ?? [];
    if (given === undefined || value === undefined) return null;
    const name = given.toLowerCase();
    if (decides.has(name)) {
      if (headers[name] !== undefined) return null;
      headers[name] = value;
    } else if (name === 'host') {
      if (host !== null || value === '' || value.includes(',')) return null;
      host = value;
    } else if (name === 'content-length') {
      if (length !== null || !/^[1-9]\d{0,8}$/.test(value)) return null;
      length = value;
    } else if (name === 'connection') {
      if (value.toLowerCase() !== 'keep-alive') return null;
    } else if (notPlain.has(name)) return null;
  }
  if (host === null || length === null || headers.authorization === undefined) return null;
  const bodyBytes = Number(length);
  return bodyBytes > maxBodyBytes ? null : { headers, bodyBytes };
}
