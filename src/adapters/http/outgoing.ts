import type { Request } from '../../core/attempt.ts';
import * as limits from '../../core/limits/sending.ts';
import type { ConnectTarget } from './connect.ts';

/** A request on its way, and the same as it goes over a connection. */
export interface Outgoing {
  method: 'GET' | 'POST';
  path: string;
  /** Names and values in turn. */
  headers: string[];
  body: Uint8Array | null;
  /** All before the body, one character a byte. */
  head: string;
}

/** The request as it is sent there, or why it must not be, in words. The head is as the HTTP client writes it. */
export function outgoingOf({ parts }: ConnectTarget, request: Request): Outgoing | string {
  const { headers } = request;
  const method = request.method ?? 'POST';
  const body = method === 'GET' ? null : request.body.bytes;
  const length = String(request.body.bytes.byteLength);
  const host = parts.origin.slice(parts.origin.indexOf('//') + 2);
  // May be said by the request, too, but once: the HTTP client takes it no oftener.
  let hostLeft: string | null = host;
  let lengthLeft: string | null = length;
  let head = `${method} ${parts.path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!;
    const value = headers[at + 1];
    const kind = kindOf(name);
    if (kind === 'none') return `"${name}" cannot be the name of a header, so nothing was sent`;
    if (value === undefined || notOfValues.test(value))
      return `the header "${name}" holds characters that no header can, so nothing was sent`;
    if (kind === 'free') head += `${name}: ${value}\r\n`;
    else if (kind === 'host' && value === hostLeft) hostLeft = null;
    else if (kind === 'content-length' && value === lengthLeft) lengthLeft = null;
    else return refusal(name);
  }
  head += body === null ? '\r\n' : `content-length: ${length}\r\n\r\n`;
  return { method, path: parts.path, headers, body, head };
}

/** Framing: it says where a request goes or where it ends, which the sender writes itself. */
type Kind = 'free' | 'host' | 'content-length' | 'framing' | 'none';

const framing: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9110, 5.6.2 and 5.5. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const notOfValues = /[^\t\x20-\x7e\x80-\xff]/;

/** Of each spelling that was met; emptied when they are too many. */
const kinds = new Map<string, Kind>();

function kindOf(name: string): Kind {
  const known = kinds.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  let kind: Kind = 'free';
  if (!token.test(name)) kind = 'none';
  else if (framing.has(lower)) kind = 'framing';
  else if (lower === 'host' || lower === 'content-length') kind = lower;
  if (kinds.size >= limits.headerSpellings) kinds.clear();
  kinds.set(name, kind);
  return kind;
}

function refusal(name: string): string {
  return `the header "${name.toLowerCase()}" is written by the sender itself, so nothing was sent; remove it from the request`;
}
