import type { WireOverride } from './profiles/profile.ts';
import type { RetryPolicy } from './retry.ts';

/** `paused` by a person or by down-time, `disabled` by the platform; in both nothing is attempted and nothing is lost. */
export type EndpointStatus = 'active' | 'paused' | 'disabled';

/** A signing secret. Only the newest has no end; the others stay valid until a rotation's overlap ends. */
export interface Secret {
  value: string;
  /** Not used for signing from this moment on; null: valid without end. */
  validUntilMs: number | null;
}

/** Where and how one subscriber wants to be told. Secrets and header values are plain here and sealed by the store. */
export interface Endpoint {
  no: number;
  id: string;
  accountNo: number;
  /** Without the password that a queue's URL may hold. */
  url: string;
  /** Of the user in a queue's URL; plain here, and sealed by the store together with `headers`. */
  password: string | null;
  /** Exact event types, `prefix.*`, or `*`. */
  events: string[];
  description: string;
  profile: string;
  status: EndpointStatus;
  /** Who changed the status, when and why; null while it has always been active. */
  statusReason: string | null;
  statusAtMs: number;
  /** Newest first. */
  secrets: Secret[];
  /** Which secret a scheme with room for one signature uses while two are valid. */
  signWith: 'new' | 'old';
  /** The endpoint's own request headers; values may be credentials and are masked wherever they are shown. */
  headers: Record<string, string>;
  retry: RetryPolicy;
  timeoutMs: number;
  /** How whoever set it wrote the timeout; shown while it means the same. */
  timeoutText?: string;
  ratePerSecond: number | null;
  concurrency: number;
  ordered: boolean;
  /** JSON text of a `Filter`, numbers as they were written. */
  filter: string | null;
  /** Null: events published by API. Else ids of sources, or `*` for every source. */
  sources: string[] | null;
  notify: string | null;
  /** JSON text of an object, numbers as they were written. */
  metadata: string;
  wire: WireOverride | null;
  /** Start of the present run of nothing but failure; null when the last attempt succeeded. */
  failingSinceMs: number | null;
  /** Failed attempts in that run. */
  failures: number;
  createdAtMs: number;
  updatedAtMs: number;
}

/** An endpoint before the store has given it a number. */
export type NewEndpoint = Omit<Endpoint, 'no'>;
