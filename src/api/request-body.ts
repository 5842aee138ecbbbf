import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { SurehookError } from '../core/errors.ts';
import { checkJson, decodeText } from '../core/json.ts';
import * as limits from '../core/limits/api.ts';
import { unsupportedType } from './errors.ts';

const jsonType =
  /^application\/json(?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~\w-]+=(?:[!#$%&'*+.^_`|~\w-]+|"[^"\\]*"))*[ \t]*;?$/i;
const charset = /;[ \t]*charset="?([^";\s]*)/i;

/**
 * Whether a body of this Content-Type is read as JSON. A missing type and curl's default for `-d` count, because a bearer key
 * is sent with each request, which no form of a browser can do. Spelled strictly: what a lenient parser would let pass
 * (`application/json garbage`) is refused.
 */
export function isJsonType(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === 'application/json') return true;
  if (/^application\/x-www-form-urlencoded[ \t]*(?:;[ \t]*charset=utf-8)?$/i.test(contentType)) return true;
  if (!jsonType.test(contentType)) return false;
  const named = charset.exec(contentType)?.[1];
  return named === undefined || /^utf-?8$/i.test(named);
}

/** Throws `unsupported_media_type` for a body that is not plain JSON, by its headers alone. Without a body nothing is asked of them. */
export function checkBodyHeaders(headers: IncomingMessage['headers']): void {
  const length = headers['content-length'];
  if ((length === undefined || length === '0') && headers['transfer-encoding'] === undefined) return;
  checkBodyType(headers);
}

/** The same where there is a body. */
export function checkBodyType(headers: IncomingMessage['headers']): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw unsupportedType();
  if (!isJsonType(headers['content-type'])) throw unsupportedType();
}

/**
 * Whether a body is told of whose end cannot be told: the request would be acted on without it, and then what comes be refused as
 * no HTTP. From HTTP/1.1 on a client that leaves the length out has no body, whatever type it names.
 */
export function isEndless({ httpVersion, method = '', headers }: IncomingMessage): boolean {
  if (httpVersion !== '1.0' || !['POST', 'PUT', 'PATCH'].includes(method)) return false;
  const hasLength = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  return headers['content-type'] !== undefined && !hasLength;
}

/**
 * The body is bytes, whatever the request calls it: a type that is none, is empty or came twice keeps nothing out. Only the
 * server's own view changes; the header lines stay as they came.
 */
export function takeAsBytes({ raw }: { raw: IncomingMessage }): void {
  if (raw.headers['content-type'] !== undefined) raw.headers['content-type'] = 'application/octet-stream';
}

/** How long a request says that its body is; 0 where it does not say. */
export function declaredBytesOf({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? 0);
}

/**
 * Reads a body of at most `maxBytes`. What is too large is read on for a while and thrown away before the answer, because a
 * client that still writes when the connection closes never sees the 413.
 */
export function readBody(
  payload: Readable,
  options: { maxBytes: number; declaredBytes: number },
  done: (error: Error | null, body?: Buffer) => void,
): void {
  const { maxBytes, declaredBytes } = options;
  const drainBytes = maxBytes + limits.drainedBodyBytes;
  if (declaredBytes > drainBytes) {
    done(tooLarge(maxBytes));
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDone = false;
  const finish = (error: Error | null, body?: Buffer): void => {
    if (isDone) return;
    isDone = true;
    done(error, body);
  };
  payload.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else {
      chunks.length = 0;
      if (bytes > drainBytes) finish(tooLarge(maxBytes));
    }
  });
  payload.on('end', () => {
    if (bytes > maxBytes) finish(tooLarge(maxBytes));
    else finish(null, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes));
  });
  payload.on('error', () =>
    finish(new SurehookError('unparseable', 'The connection broke before the whole body was here.')),
  );
}

function tooLarge(maxBytes: number): SurehookError {
  return new SurehookError(
    'too_large',
    `The body is larger than the ${maxBytes} bytes that this route takes.`,
  );
}

/** The body's text and what it says. Refuses what is not UTF-8, not JSON, too deep, or sets a prototype. */
export function parseBody(bytes: Buffer): { text: string; value: unknown } {
  const text = decodeText(bytes);
  checkJson(text);
  const value = JSON.parse(text, (name, member: unknown) => {
    if (name !== '__proto__') return member;
    throw new SurehookError('invalid', 'A member cannot be called "__proto__".', {
      problems: [{ pointer: '', detail: 'holds a member called "__proto__"; remove it' }],
    });
  }) as unknown;
  return { text, value };
}
