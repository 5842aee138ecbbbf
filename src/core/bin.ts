import type { Scheme } from '../../sdk/scheme.ts';

/** How a bin answers. */
export interface BinBehaviour {
  status: number;
  /** Before the answer begins. */
  delayMs: number;
  /** Over which an answer, once begun, trickles out. */
  slowMs: number;
  /** So many requests, counted from when it was set, are answered with 500 first. */
  failFirst: number;
  /** Hangs up instead of answering. */
  drop: boolean;
  body: string;
}

/** A catcher of requests, for looking at. Its id ends its address, so whoever knows it may send. Secrets and fields are plain here and sealed by the store. */
export interface Bin {
  no: number;
  id: string;
  accountNo: number;
  name: string;
  behaviour: BinBehaviour;
  /** Name of a preset by which requests are verified, `custom`, or null: none. */
  scheme: string | null;
  /** The scheme itself where it is the owner's own, else null. */
  custom: Scheme | null;
  secrets: string[];
  fields: Record<string, string>;
  /** Requests caught so far, since the behaviour was set last. */
  caught: number;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A bin before the store has given it a number. */
export type NewBin = Omit<Bin, 'no' | 'caught'>;

/** A request that a bin caught, as it came. */
export interface CaughtRequest {
  /** `brq_…` */
  id: string;
  atMs: number;
  method: string;
  /** The address as its sender knows it, query included. */
  url: string;
  /** Name, value, name, value … as they came. */
  headers: string[];
  bodyBytes: number;
  /** Null when it was larger than a bin takes. */
  body: Uint8Array | null;
  /** What it was answered; null: it was hung up on. */
  status: number | null;
}

/** What a request is answered that is number `n` (from 1) since the behaviour was set; null: hung up on. */
export function statusFor({ status, failFirst, drop }: BinBehaviour, n: number): number | null {
  if (drop) return null;
  return n <= failFirst ? 500 : status;
}
