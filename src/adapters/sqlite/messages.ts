import { type ErrorCode, type Problem, StoreError, SurehookError } from '../../core/errors.ts';
import type { AcceptResult, SettleResult } from '../../ports/store.ts';
import type { ReadName, WriteName } from './acts.ts';
import { acceptOf, countOf, type Flat, flatAccept, flatSettle, settleOf } from './flat.ts';

/** What a thread of the store is for. */
export interface Role {
  file: string;
  writes: boolean;
}

export interface Order {
  name: WriteName | ReadName | 'open' | 'backup' | 'close';
  input: readonly unknown[];
}

/** What is asked in one turn of the loop goes over together. */
export type Sent = Order[];

/** The answers that come thousands of times a second are lists of bare values, which cost a fifth of an object's copy: accepted events' positions, settlements' results. */
export type Answer = { value: unknown } | { error: SentError } | Bare[];

/** One of several results. */
type Bare = number | string | { value: unknown };

/** Errors lose their class on the way between threads. */
export interface SentError {
  kind: 'surehook' | 'store' | 'other';
  message: string;
  stack: string;
  code: ErrorCode;
  problems: readonly Problem[];
  retryAfterS: number | null;
  fatal: boolean;
}

export function errorTo(error: Error): SentError {
  const sent: SentError = {
    kind: 'other',
    message: error.message,
    stack: error.stack ?? '',
    code: 'unavailable',
    problems: [],
    retryAfterS: null,
    fatal: false,
  };
  if (error instanceof StoreError) return { ...sent, kind: 'store', fatal: error.fatal };
  if (error instanceof SurehookError) {
    return {
      ...sent,
      kind: 'surehook',
      code: error.code,
      problems: error.problems,
      retryAfterS: error.retryAfterS ?? null,
    };
  }
  return sent;
}

export function errorFrom(sent: SentError): Error {
  if (sent.kind === 'store') return new StoreError(sent.message, sent.fatal);
  if (sent.kind === 'surehook') {
    const more = {
      problems: sent.problems,
      ...(sent.retryAfterS !== null && { retryAfterS: sent.retryAfterS }),
    };
    return new SurehookError(sent.code, sent.message, more);
  }
  const error = new Error(sent.message);
  error.stack = sent.stack;
  return error;
}

/** An act's input as it goes over. */
export function packed(name: string, input: readonly unknown[]): readonly unknown[] {
  if (name === 'accept') return flatAccept(input[0] as Parameters<typeof flatAccept>[0]);
  if (name === 'settle') return flatSettle(input[0] as Parameters<typeof flatSettle>[0]);
  return input;
}

/** An act's answer as it goes over. */
export function packedAnswer(name: string, value: unknown): Answer {
  if (name !== 'accept' && name !== 'settle') return { value };
  return (value as (AcceptResult | SettleResult)[]).map(bare);
}

function bare(result: AcceptResult | SettleResult): Bare {
  if (typeof result === 'string') return result;
  return 'kind' in result && result.kind === 'stored' ? result.seq : { value: result };
}

function whole(bare: Bare): unknown {
  if (typeof bare === 'string') return bare;
  return typeof bare === 'number' ? { kind: 'stored', seq: bare } : bare.value;
}

/** The value of an answer that is no error. */
export function unpackedAnswer(answer: { value: unknown } | Bare[]): unknown {
  return Array.isArray(answer) ? answer.map(whole) : answer.value;
}

/** How many events or settlements an act is about; any other counts as one. */
export function itemsOf({ name, input }: Order): number {
  return name === 'accept' || name === 'settle' ? countOf(name, input as Flat) : 1;
}

export function unpacked(name: string, input: readonly unknown[]): readonly unknown[] {
  if (name === 'accept') return [acceptOf(input as Flat)];
  if (name === 'settle') return [settleOf(input as Flat)];
  return input;
}
