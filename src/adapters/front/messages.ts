import {
  type PlainAnswer,
  type PlainHeaders,
  type PlainRequest,
  plainHeaders,
} from '../../core/plain-request.ts';

/*
 * What the thread that callers connect to and the main thread tell each other: in one message what either has to say in a turn
 * of its loop. Plain requests and their answers cross as flat lists of values, of connections that are passed on one thing after
 * another. Their bytes cross as text, a character each: short text is copied by itself, of bytes the memory around them is.
 */

export interface Sent<Told> {
  plain: Flat;
  told: Told[];
}

/** Values only. */
export type Flat = unknown[];

export interface FrontOptions {
  host: string;
  port: number;
  /** Of a plain request; what is larger is passed on as it comes. */
  maxBodyBytes: number;
  /** How long the rest of its body may take. */
  plainBodyMs: number;
  /** How long a connection that asks nothing is kept. */
  keepAliveMs: number;
}

/** Of a connection that was passed on, by its number. `taken`: so many bytes of what was sent are dealt with. */
export type Told =
  | { kind: 'opened'; tunnel: number; remoteAddress: string | undefined }
  | { kind: 'bytes'; tunnel: number; text: string }
  | { kind: 'taken'; tunnel: number; bytes: number }
  | { kind: 'ended'; tunnel: number }
  | { kind: 'closed'; tunnel: number };

export type FromFront =
  | Told
  | { kind: 'listening'; port: number }
  | { kind: 'failed'; error: { message: string; code: string | undefined } };

/** `close`: nobody new, and who asks nothing is let go; `cut`: so is everybody else. */
export type ToFront = Told | { kind: 'close' } | { kind: 'cut' };

const requestValues = 3 + plainHeaders.length;
const answerValues = 4;

export function addRequest(flat: Flat, number: number, { headers, text, remoteAddress }: PlainRequest): void {
  flat.push(number, text, remoteAddress);
  for (const name of plainHeaders) flat.push(headers[name]);
}

export function requestsOf(flat: Flat): { number: number; request: PlainRequest }[] {
  const numbered: { number: number; request: PlainRequest }[] = [];
  for (let at = 0; at < flat.length; at += requestValues) {
    const headers: PlainHeaders = {};
    for (let i = 0; i < plainHeaders.length; i += 1) {
      const value = flat[at + 3 + i] as string | undefined;
      if (value !== undefined) headers[plainHeaders[i]!] = value;
    }
    numbered.push({
      number: flat[at] as number,
      request: {
        text: flat[at + 1] as string,
        remoteAddress: flat[at + 2] as string | undefined,
        headers,
      },
    });
  }
  return numbered;
}

export function addAnswer(flat: Flat, number: number, { status, head, body }: PlainAnswer): void {
  flat.push(number, status, head, body);
}

export function answersOf(flat: Flat): { number: number; answer: PlainAnswer }[] {
  const numbered: { number: number; answer: PlainAnswer }[] = [];
  for (let at = 0; at < flat.length; at += answerValues) {
    numbered.push({
      number: flat[at] as number,
      answer: {
        status: flat[at + 1] as number,
        head: flat[at + 2] as string,
        body: flat[at + 3] as string,
      },
    });
  }
  return numbered;
}
