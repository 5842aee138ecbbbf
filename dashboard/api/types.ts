import type { OrderState } from './order.ts';

/* What the API answers, as far as the pages look at it. The OpenAPI document says more. */

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export interface Person {
  id: string;
  name: string;
  email: string | null;
  role: 'owner' | 'member' | 'viewer';
  hasPassword: boolean;
  createdAt: string;
}

export interface Current {
  id: string | null;
  person: Person | null;
  role: Person['role'] | null;
  scopes: string[];
  accounts: { id: string; name: string }[];
  csrf: string | null;
  expiresAt: string | null;
  version: string;
}

export type EndpointStatus = 'active' | 'paused' | 'disabled';

export interface Endpoint {
  id: string;
  url: string;
  events: string[];
  /** Null: what is published by API. */
  sources: string[] | null;
  description: string;
  profile: string;
  status: EndpointStatus;
  statusReason: string | null;
  headers: Record<string, string>;
  timeout: string;
  retry: Retry;
  rateLimit: { perSecond: number } | null;
  concurrency: number;
  ordered: boolean;
  filter: Record<string, unknown> | null;
  notify: string | null;
  metadata: Record<string, unknown>;
  wire: Record<string, unknown> | null;
  createdAt: string;
  updatedAt: string;
  secret?: string;
}

/** Waits one by one, or waits that grow. */
export interface Retry {
  schedule?: string[];
  exponential?: { initial: string; factor: number; maxRetries: number; maxDelay: string };
  jitter: number;
  giveUpAfter: string | null;
}

export interface Secrets {
  secret: string;
  signWith: 'new' | 'old';
  previous: { secret: string; validUntil: string | null }[];
}

export type DeliveryStatus = 'pending' | 'sending' | 'retrying' | 'held' | 'delivered' | 'dead' | 'cancelled';

export interface Delivery {
  id: string;
  eventId: string;
  eventType: string;
  reference: string | null;
  endpointId: string;
  status: DeliveryStatus;
  attemptCount: number;
  createdAt: string;
  nextAttemptAt: string | null;
  lastAttemptAt: string | null;
  httpStatus: number | null;
  error: string | null;
  endedAt: string | null;
}

/** Null: that step did not take place. */
export interface Timings {
  lookupMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  waitMs: number | null;
  readMs: number | null;
}

export interface Attempt {
  id?: string;
  n: number;
  at: string;
  durationMs: number;
  timings: Timings | null;
  outcome: 'succeeded' | 'failed';
  httpStatus: number | null;
  error: string | null;
  detail: string;
  request: { url: string; headers: Record<string, string>; body: string; bodyTruncated: boolean };
  response: { headers: Record<string, string>; body: string; bodyTruncated: boolean };
  nextAttemptAt: string | null;
}

export interface DeliveryDetail extends Delivery {
  attempts: Attempt[];
}

export interface EventSummary {
  id: string;
  type: string;
  timestamp: string;
  reference: string | null;
  source: string | null;
  origin: string;
  createdAt: string;
  deliveries: number;
}

export interface EventDetail extends Omit<EventSummary, 'deliveries'> {
  deliveryCount: number;
  deliveries: Delivery[];
}

export interface EventType {
  name: string;
  description: string;
  schema: Record<string, unknown> | null;
  enforced: boolean;
  examples: unknown[];
  deprecated: boolean;
  createdAt: string | null;
}

export interface Profile {
  name: string;
  description: string;
}

export interface Replay {
  id: string;
  status: 'running' | 'paused' | 'done' | 'cancelled';
  total: number;
  done: number;
  failed: number;
  rateLimit: { perSecond: number } | null;
  startedAt: string;
  finishedAt: string | null;
}

export interface Stats {
  since: string;
  until: string;
  attempts: number;
  delivered: number;
  failed: number;
  dead: number;
  latencyMs: Latency | null;
  buckets: {
    at: string;
    delivered: number;
    failed: number;
    dead: number;
    latencyMs: Omit<Latency, 'mean'> | null;
  }[];
  /** Of the account alone; not where one endpoint is asked about. */
  orders?: Record<OrderState | 'overdue' | 'late' | 'foundByPoll', number>;
  oldestDueAt?: string | null;
}

export interface Latency {
  mean: number;
  p50: number;
  p95: number;
  p99: number;
}

export interface ApiKey {
  id: string;
  name: string;
  account: string | null;
  scopes: string[];
  hint: string;
  createdAt: string;
}

export interface Account {
  id: string;
  name: string;
  maxEndpoints: number;
  createdAt: string;
}

export interface AuditEntry {
  at: string;
  actor: string;
  act: string;
  target: string;
  account: string | null;
  /** Null where there is no one thing that it was about, and in old entries. */
  aboutId: string | null;
  aboutName: string | null;
}

export interface Source {
  id: string;
  url: string;
  name: string;
  scheme: string | Record<string, unknown>;
  fields: Record<string, string> | null;
  missing: string[];
  tracking: Record<string, unknown> | null;
  /** The queue that messages are taken from, and how that stands. */
  consume: string | null;
  consumption: Consumption | null;
  createdAt: string;
}

export interface Consumption {
  state: 'connecting' | 'consuming' | 'waiting';
  detail: string | null;
  lag: number | null;
  lastAt: string | null;
}

export interface Scheme {
  name: string;
  title: string;
  secret: string | null;
  fields: { name: string; description: string; required: boolean }[];
  deadline: string | null;
  note: string | null;
}

export interface SourceRequest {
  id: string;
  at: string;
  verdict: 'accepted' | 'duplicate' | 'rejected' | 'handshake';
  reason: string | null;
  detail: string | null;
  status: number;
  method: string;
  bodyBytes: number;
  eventId: string | null;
}

export interface SourceRequestDetail extends SourceRequest {
  url: string;
  headers: [name: string, value: string][];
  body: string | null;
}
