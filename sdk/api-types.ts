// Written by `npm run docs` from the OpenAPI document; a test compares them.

/** Account, as the API shows it. */
export type Account = { id: string; name: string; maxEndpoints: number; notify: (string | null); createdAt: string; updatedAt: string };

/** ApiKey, as the API shows it. */
export type ApiKey = { id: string; name: string; account: (string | null); scopes: string[]; hint: string; createdAt: string };

/** NewApiKey, as the API shows it. */
export type NewApiKey = { id: string; name: string; account: (string | null); scopes: string[]; hint: string; createdAt: string; key: string };

/** Endpoint, as the API shows it. */
export type Endpoint = { id: string; url: string; events: string[]; description: string; profile: string; status: "active" | "paused" | "disabled"; headers: Record<string, unknown>; retry: { schedule?: string[]; exponential?: { initial: string; factor: number; maxRetries: number; maxDelay: string }; jitter?: number; giveUpAfter?: (string | null) }; timeout: string; rateLimit: ({ perSecond: number } | null); concurrency: number; ordered: boolean; filter: (Record<string, unknown> | null); sources: (string[] | null); notify: (string | null); metadata: Record<string, unknown>; wire: (Record<string, unknown> | null); statusReason: (string | null); createdAt: string; updatedAt: string };

/** EndpointWithSecret, as the API shows it. */
export type EndpointWithSecret = { id: string; url: string; events: string[]; description: string; profile: string; status: "active" | "paused" | "disabled"; headers: Record<string, unknown>; retry: { schedule?: string[]; exponential?: { initial: string; factor: number; maxRetries: number; maxDelay: string }; jitter?: number; giveUpAfter?: (string | null) }; timeout: string; rateLimit: ({ perSecond: number } | null); concurrency: number; ordered: boolean; filter: (Record<string, unknown> | null); sources: (string[] | null); notify: (string | null); metadata: Record<string, unknown>; wire: (Record<string, unknown> | null); statusReason: (string | null); createdAt: string; updatedAt: string; secret: string };

/** EventType, as the API shows it. */
export type EventType = { name: string; description: string; schema: (Record<string, unknown> | null); enforced: boolean; examples: unknown[]; deprecated: boolean; createdAt: (string | null); updatedAt: (string | null) };

/** AcceptedEvent, as the API shows it. */
export type AcceptedEvent = { id: string; type: string; createdAt: string; deliveries: number };

/** EventSummary, as the API shows it. */
export type EventSummary = { id: string; type: string; timestamp: string; reference: (string | null); source: (string | null); origin: "api" | "webhook" | "poll"; createdAt: string; deliveries: number };

/** Event, as the API shows it. */
export type Event = { id: string; type: string; timestamp: string; reference: (string | null); source: (string | null); origin: "api" | "webhook" | "poll"; createdAt: string; data: unknown; deliveryCount: number; deliveries: Delivery[] };

/** Delivery, as the API shows it. */
export type Delivery = { id: string; eventId: string; eventType: string; reference: (string | null); endpointId: string; status: "pending" | "sending" | "retrying" | "held" | "delivered" | "dead" | "cancelled"; attemptCount: number; createdAt: string; nextAttemptAt: (string | null); lastAttemptAt: (string | null); httpStatus: (number | null); error: "timeout" | "connection_refused" | "connection_reset" | "dns" | "tls" | "blocked_address" | "redirect" | "response_too_large" | "http_status" | "protocol" | "lost" | "nack" | "rejected" | null; endedAt: (string | null) };

/** DeliveryDetail, as the API shows it. */
export type DeliveryDetail = { id: string; eventId: string; eventType: string; reference: (string | null); endpointId: string; status: "pending" | "sending" | "retrying" | "held" | "delivered" | "dead" | "cancelled"; attemptCount: number; createdAt: string; nextAttemptAt: (string | null); lastAttemptAt: (string | null); httpStatus: (number | null); error: "timeout" | "connection_refused" | "connection_reset" | "dns" | "tls" | "blocked_address" | "redirect" | "response_too_large" | "http_status" | "protocol" | "lost" | "nack" | "rejected" | null; endedAt: (string | null); attempts: Attempt[] };

/** Attempt, as the API shows it. */
export type Attempt = { id?: string; n: number; at: string; durationMs: number; timings: ({ lookupMs: (number | null); connectMs: (number | null); tlsMs: (number | null); waitMs: (number | null); readMs: (number | null) } | null); outcome: "succeeded" | "failed"; httpStatus: (number | null); error: "timeout" | "connection_refused" | "connection_reset" | "dns" | "tls" | "blocked_address" | "redirect" | "response_too_large" | "http_status" | "protocol" | "lost" | "nack" | "rejected" | null; detail: string; request: { url: string; headers: Record<string, unknown>; body: string; bodyTruncated: boolean }; response: { headers: Record<string, unknown>; body: string; bodyTruncated: boolean }; nextAttemptAt: (string | null) };

/** Replay, as the API shows it. */
export type Replay = { id: string; status: "running" | "paused" | "done" | "cancelled"; total: number; done: number; failed: number; rateLimit: ({ perSecond: number } | null); startedAt: string; finishedAt: (string | null) };

/** Stats, as the API shows it. */
export type Stats = { orders?: { pending: number; fulfilled: number; failed: number; refunded: number; stuck: number; overdue: number; late: number; foundByPoll: number }; oldestDueAt?: (string | null); since: string; until: string; attempts: number; delivered: number; failed: number; dead: number; latencyMs: ({ mean: number; p50: number; p95: number; p99: number } | null); buckets: { at: string; delivered: number; failed: number; dead: number; latencyMs: ({ mean: number; p50: number; p95: number; p99: number } | null) }[] };

/** Source, as the API shows it. */
export type Source = { id: string; url: string; name: string; scheme: (string | Record<string, unknown>); secrets: (string[] | null); fields: (Record<string, string> | null); eventType: (string | Record<string, unknown> | null); eventId: (string | Record<string, unknown> | null); reference: (string | Record<string, unknown> | null); maxBody: (number | string | null); rateLimit: ({ perSecond: number } | null); ack: (Record<string, unknown> | null); reject: (Record<string, unknown> | null); schemas: (Record<string, unknown> | null); tracking: ({ reference?: (string | null); orderId?: (string | null); states?: Record<string, "pending" | "fulfilled" | "failed" | "refunded">; poll?: ({ url?: string; headers?: Record<string, string>; status?: (string | null); states?: Record<string, "pending" | "fulfilled" | "failed" | "refunded">; after?: string; every?: string; giveUpAfter?: string; rateLimit?: (Record<string, unknown> | null); list?: { url?: string; headers?: Record<string, string>; items?: (string | null); id?: (string | null); type?: (string | null); every?: string; overlap?: string; more?: (Record<string, unknown> | null) } } | null); sla?: (string | null) } | null); consume: (string | null); missing: string[]; consumption: (Record<string, unknown> | null); createdAt: string; updatedAt: string };

/** SourceRequest, as the API shows it. */
export type SourceRequest = { id: string; at: string; verdict: "accepted" | "duplicate" | "rejected" | "handshake"; reason: (string | null); detail: (string | null); status: number; method: string; bodyBytes: number; eventId: (string | null) };

/** Problem, as the API shows it. */
export type Problem = { type: string; title: string; status: number; detail: string; errors?: { pointer: string; detail: string }[]; requestId: string };

/** Every call of the API: what it takes and what it answers. */
export interface Operations {
  /** Publish an event. */
  'POST /v1/events': { input: { body: { type: string; data: unknown; id?: string; timestamp?: string; reference?: (string | number); account?: string; deliverAt?: string } }; answer: AcceptedEvent };
  /** List events. */
  'GET /v1/events': { input: { query?: { limit?: number; cursor?: string; type?: string; reference?: string; source?: string; idempotencyKey?: string; since?: string; until?: string; q?: string } }; answer: { data: EventSummary[]; nextCursor: (string | null) } };
  /** Publish many events. */
  'POST /v1/events/batch': { input: { body: { events: { type: string; data: unknown; id?: string; timestamp?: string; reference?: (string | number); account?: string; deliverAt?: string }[] } }; answer: { data: ({ id: string; type: string; createdAt: string; deliveries: number; conflict?: boolean } | { error: Problem })[] } };
  /** One event. */
  'GET /v1/events/{id}': { input: { path: { id: string } }; answer: Event };
  /** Deliver an event again. */
  'POST /v1/events/{id}/redeliver': { input: { path: { id: string }; body?: { endpointId?: string } }; answer: { id: string; deliveries: number; sending: number } };
  /** Create an endpoint. */
  'POST /v1/endpoints': { input: { body: { url: string; events: string[]; description?: string; profile?: string; status?: "active" | "paused"; headers?: Record<string, unknown>; retry?: { schedule?: string[]; exponential?: { initial: string; factor: number; maxRetries: number; maxDelay: string }; jitter?: number; giveUpAfter?: (string | null) }; timeout?: string; rateLimit?: ({ perSecond: number } | null); concurrency?: number; ordered?: boolean; filter?: (Record<string, unknown> | null); sources?: (string[] | null); notify?: (string | null); metadata?: Record<string, unknown>; wire?: (Record<string, unknown> | null); secret?: string } }; answer: EndpointWithSecret };
  /** List endpoints. */
  'GET /v1/endpoints': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: Endpoint[]; nextCursor: (string | null) } };
  /** One endpoint. */
  'GET /v1/endpoints/{id}': { input: { path: { id: string } }; answer: Endpoint };
  /** Change an endpoint. */
  'PATCH /v1/endpoints/{id}': { input: { path: { id: string }; body: { url?: string; events?: string[]; description?: string; profile?: string; status?: "active" | "paused"; headers?: Record<string, unknown>; retry?: { schedule?: string[]; exponential?: { initial: string; factor: number; maxRetries: number; maxDelay: string }; jitter?: number; giveUpAfter?: (string | null) }; timeout?: string; rateLimit?: ({ perSecond: number } | null); concurrency?: number; ordered?: boolean; filter?: (Record<string, unknown> | null); sources?: (string[] | null); notify?: (string | null); metadata?: Record<string, unknown>; wire?: (Record<string, unknown> | null); id?: (string | null); createdAt?: (string | null); updatedAt?: (string | null); statusReason?: (string | null) } }; answer: Endpoint };
  /** Delete an endpoint. */
  'DELETE /v1/endpoints/{id}': { input: { path: { id: string } }; answer: undefined };
  /** Send a test event. */
  'POST /v1/endpoints/{id}/test': { input: { path: { id: string }; body: { eventType: string; data: unknown } }; answer: Attempt };
  /** Replay what failed. */
  'POST /v1/endpoints/{id}/recover': { input: { path: { id: string }; body: { since: string; until?: string } }; answer: Replay };
  /** What became of an endpoint's deliveries. */
  'GET /v1/endpoints/{id}/stats': { input: { path: { id: string }; query?: { since?: string; until?: string; bucket?: string } }; answer: Stats };
  /** Rotate the secret. */
  'POST /v1/endpoints/{id}/rotate-secret': { input: { path: { id: string }; body?: { secret?: string; overlap?: string; signWith?: "new" | "old" } }; answer: { id: string; url: string; events: string[]; description: string; profile: string; status: "active" | "paused" | "disabled"; headers: Record<string, unknown>; retry: { schedule?: string[]; exponential?: { initial: string; factor: number; maxRetries: number; maxDelay: string }; jitter?: number; giveUpAfter?: (string | null) }; timeout: string; rateLimit: ({ perSecond: number } | null); concurrency: number; ordered: boolean; filter: (Record<string, unknown> | null); sources: (string[] | null); notify: (string | null); metadata: Record<string, unknown>; wire: (Record<string, unknown> | null); statusReason: (string | null); createdAt: string; updatedAt: string; secret: string; signWith: "new" | "old"; previous: { secret: string; validUntil: (string | null) }[] } };
  /** Show the secret. */
  'GET /v1/endpoints/{id}/secret': { input: { path: { id: string } }; answer: { secret: string; signWith: "new" | "old"; previous: { secret: string; validUntil: (string | null) }[] } };
  /** Pause an endpoint. */
  'POST /v1/endpoints/{id}/pause': { input: { path: { id: string } }; answer: Endpoint };
  /** Resume an endpoint. */
  'POST /v1/endpoints/{id}/resume': { input: { path: { id: string } }; answer: Endpoint };
  /** Fetch messages. */
  'POST /v1/endpoints/{id}/receive': { input: { path: { id: string }; body?: { max?: number; wait?: string; lease?: string; request?: boolean } }; answer: { data: { id: string; eventId: string; type: string; timestamp: string; reference: (string | null); source: (string | null); origin: "api" | "webhook" | "poll"; attempt: number; leaseUntil: string; data: unknown; request?: { headers: string[][]; bodyBase64: string } }[] } };
  /** Acknowledge messages. */
  'POST /v1/endpoints/{id}/ack': { input: { path: { id: string }; body: { ids: string[] } }; answer: { data: { id: string; status: "delivered" | "retrying" | "dead" | "lost" }[] } };
  /** Give messages back. */
  'POST /v1/endpoints/{id}/nack': { input: { path: { id: string }; body: { ids: string[]; delay?: string } }; answer: { data: { id: string; status: "delivered" | "retrying" | "dead" | "lost" }[] } };
  /** List deliveries. */
  'GET /v1/deliveries': { input: { query?: { limit?: number; cursor?: string; endpointId?: string; eventType?: string; reference?: string; httpStatus?: string; minAttempts?: number; since?: string; until?: string; q?: string; status?: string } }; answer: { data: Delivery[]; nextCursor: (string | null) } };
  /** One delivery with its attempts. */
  'GET /v1/deliveries/{id}': { input: { path: { id: string } }; answer: DeliveryDetail };
  /** Try a delivery now. */
  'POST /v1/deliveries/{id}/retry': { input: { path: { id: string } }; answer: DeliveryDetail };
  /** Cancel a delivery. */
  'POST /v1/deliveries/{id}/cancel': { input: { path: { id: string } }; answer: DeliveryDetail };
  /** Make the request of a delivery. */
  'POST /v1/deliveries/{id}/request': { input: { path: { id: string } }; answer: { url: string; headers: Record<string, unknown>; body: (string | null); bodyBase64: (string | null) } };
  /** List dead letters. */
  'GET /v1/dead-letters': { input: { query?: { limit?: number; cursor?: string; endpointId?: string; eventType?: string; reference?: string; httpStatus?: string; minAttempts?: number; since?: string; until?: string; q?: string } }; answer: { data: Delivery[]; nextCursor: (string | null) } };
  /** Dismiss dead letters. */
  'POST /v1/dead-letters/dismiss': { input: { body: { ids: string[] } }; answer: { dismissed: number } };
  /** Replay deliveries. */
  'POST /v1/replays': { input: { body?: { endpointId?: string; eventTypes?: string[]; status?: "dead" | "delivered" | "cancelled"; httpStatus?: string; minAttempts?: number; since?: string; until?: string; ids?: string[]; rateLimit?: { perSecond: number } } }; answer: Replay };
  /** List replays. */
  'GET /v1/replays': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: Replay[]; nextCursor: (string | null) } };
  /** What a replay would put back. */
  'POST /v1/replays/plan': { input: { body?: { endpointId?: string; eventTypes?: string[]; status?: "dead" | "delivered" | "cancelled"; httpStatus?: string; minAttempts?: number; since?: string; until?: string; ids?: string[] } }; answer: { total: number; atLeast: boolean; sample: Delivery[] } };
  /** How a replay is getting on. */
  'GET /v1/replays/{id}': { input: { path: { id: string } }; answer: Replay };
  /** Cancel a replay. */
  'POST /v1/replays/{id}/cancel': { input: { path: { id: string } }; answer: Replay };
  /** Pause a replay. */
  'POST /v1/replays/{id}/pause': { input: { path: { id: string } }; answer: Replay };
  /** Go on with a paused replay. */
  'POST /v1/replays/{id}/resume': { input: { path: { id: string } }; answer: Replay };
  /** Create a source. */
  'POST /v1/sources': { input: { body: { name: string; scheme?: (string | Record<string, unknown>); secrets?: (string[] | null); fields?: (Record<string, string> | null); eventType?: (string | Record<string, unknown> | null); eventId?: (string | Record<string, unknown> | null); reference?: (string | Record<string, unknown> | null); maxBody?: (number | string | null); rateLimit?: ({ perSecond: number } | null); ack?: (Record<string, unknown> | null); reject?: (Record<string, unknown> | null); schemas?: (Record<string, unknown> | null); tracking?: ({ reference?: (string | null); orderId?: (string | null); states?: Record<string, "pending" | "fulfilled" | "failed" | "refunded">; poll?: ({ url?: string; headers?: Record<string, string>; status?: (string | null); states?: Record<string, "pending" | "fulfilled" | "failed" | "refunded">; after?: string; every?: string; giveUpAfter?: string; rateLimit?: (Record<string, unknown> | null); list?: { url?: string; headers?: Record<string, string>; items?: (string | null); id?: (string | null); type?: (string | null); every?: string; overlap?: string; more?: (Record<string, unknown> | null) } } | null); sla?: (string | null) } | null); consume?: (string | null); secret?: (string | null) } }; answer: Source };
  /** List sources. */
  'GET /v1/sources': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: Source[]; nextCursor: (string | null) } };
  /** One source. */
  'GET /v1/sources/{id}': { input: { path: { id: string } }; answer: Source };
  /** Change a source. */
  'PATCH /v1/sources/{id}': { input: { path: { id: string }; body: { name?: string; scheme?: (string | Record<string, unknown>); secrets?: (string[] | null); fields?: (Record<string, string> | null); eventType?: (string | Record<string, unknown> | null); eventId?: (string | Record<string, unknown> | null); reference?: (string | Record<string, unknown> | null); maxBody?: (number | string | null); rateLimit?: ({ perSecond: number } | null); ack?: (Record<string, unknown> | null); reject?: (Record<string, unknown> | null); schemas?: (Record<string, unknown> | null); tracking?: ({ reference?: (string | null); orderId?: (string | null); states?: Record<string, "pending" | "fulfilled" | "failed" | "refunded">; poll?: ({ url?: string; headers?: Record<string, string>; status?: (string | null); states?: Record<string, "pending" | "fulfilled" | "failed" | "refunded">; after?: string; every?: string; giveUpAfter?: string; rateLimit?: (Record<string, unknown> | null); list?: { url?: string; headers?: Record<string, string>; items?: (string | null); id?: (string | null); type?: (string | null); every?: string; overlap?: string; more?: (Record<string, unknown> | null) } } | null); sla?: (string | null) } | null); consume?: (string | null); secret?: (string | null); id?: unknown; url?: unknown; missing?: unknown; consumption?: unknown; createdAt?: unknown; updatedAt?: unknown } }; answer: Source };
  /** Delete a source. */
  'DELETE /v1/sources/{id}': { input: { path: { id: string } }; answer: undefined };
  /** What came through a source. */
  'GET /v1/sources/{id}/requests': { input: { path: { id: string }; query?: { limit?: number; cursor?: string; verdict?: "accepted" | "duplicate" | "rejected" | "handshake" } }; answer: { data: SourceRequest[]; nextCursor: (string | null) } };
  /** One request that was kept. */
  'GET /v1/source-requests/{id}': { input: { path: { id: string } }; answer: { id: string; at: string; verdict: "accepted" | "duplicate" | "rejected" | "handshake"; reason: (string | null); detail: (string | null); status: number; method: string; bodyBytes: number; eventId: (string | null); sourceId: string; url: string; headers: string[][]; body: (string | null); bodyBase64: (string | null) } };
  /** Judge a kept request again. */
  'POST /v1/source-requests/{id}/verify': { input: { path: { id: string } }; answer: { valid: boolean; verdict: "accepted" | "duplicate" | "rejected" | "handshake"; reason: (string | null); detail: (string | null); eventId: (string | null) } };
  /** Create a bin. */
  'POST /v1/bins': { input: { body?: { name?: (string | null); status?: (number | null); delay?: (string | null); slow?: (string | null); failFirst?: (number | null); drop?: (boolean | null); body?: (string | null); scheme?: (string | Record<string, unknown> | null); fields?: (Record<string, unknown> | null); secret?: (string | null); secrets?: (unknown[] | null) } }; answer: { id: string; url: string; name: (string | null); status: (number | null); delay: (string | null); slow: (string | null); failFirst: (number | null); drop: (boolean | null); body: (string | null); scheme: (string | Record<string, unknown> | null); fields: (Record<string, unknown> | null); secrets: string[]; caught: number; createdAt: string; updatedAt: string } };
  /** List bins. */
  'GET /v1/bins': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: { id: string; url: string; name: (string | null); status: (number | null); delay: (string | null); slow: (string | null); failFirst: (number | null); drop: (boolean | null); body: (string | null); scheme: (string | Record<string, unknown> | null); fields: (Record<string, unknown> | null); secrets: string[]; caught: number; createdAt: string; updatedAt: string }[]; nextCursor: (string | null) } };
  /** One bin. */
  'GET /v1/bins/{id}': { input: { path: { id: string } }; answer: { id: string; url: string; name: (string | null); status: (number | null); delay: (string | null); slow: (string | null); failFirst: (number | null); drop: (boolean | null); body: (string | null); scheme: (string | Record<string, unknown> | null); fields: (Record<string, unknown> | null); secrets: string[]; caught: number; createdAt: string; updatedAt: string } };
  /** Tell a bin how to behave. */
  'PATCH /v1/bins/{id}': { input: { path: { id: string }; body: { name?: (string | null); status?: (number | null); delay?: (string | null); slow?: (string | null); failFirst?: (number | null); drop?: (boolean | null); body?: (string | null); scheme?: (string | Record<string, unknown> | null); fields?: (Record<string, unknown> | null); secret?: (string | null); secrets?: (unknown[] | null); id?: string; url?: string; caught?: number; createdAt?: string; updatedAt?: string } }; answer: { id: string; url: string; name: (string | null); status: (number | null); delay: (string | null); slow: (string | null); failFirst: (number | null); drop: (boolean | null); body: (string | null); scheme: (string | Record<string, unknown> | null); fields: (Record<string, unknown> | null); secrets: string[]; caught: number; createdAt: string; updatedAt: string } };
  /** Delete a bin. */
  'DELETE /v1/bins/{id}': { input: { path: { id: string } }; answer: undefined };
  /** What a bin caught. */
  'GET /v1/bins/{id}/requests': { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; answer: { data: { id: string; at: string; method: string; url: string; headers: string[][]; bodyBytes: number; body: (string | null); bodyBase64: (string | null); status: (number | null); verification: ({ valid: boolean; reason: (string | null); detail: (string | null); steps: { step: "key" | "signature" | "timestamp" | "bytes" | "comparison"; ok: (boolean | null); detail: string }[]; signed: ({ bytes: number; sha256: string; text: string } | null); expected: string[]; received: string[]; likely: { cause: string; detail: string; isProven: boolean }[] } | null) }[]; nextCursor: (string | null) } };
  /** Watch a bin. */
  'GET /v1/bins/{id}/stream': { input: { path: { id: string } }; answer: undefined };
  /** Where bins catch. */
  'POST /b/{id}': { input: { path: { id: string } }; answer: undefined };
  /** List presets. */
  'GET /v1/schemes': { input: Record<never, never>; answer: { data: { name: string; title: string; secret: (string | null); fields: { name: string; description: string; required: boolean }[]; eventId: (Record<string, unknown> | string | null); eventType: (Record<string, unknown> | string | null); reference: (Record<string, unknown> | string | null); ack: { status: number; contentType: (string | null); body: string }; rejectStatus: number; handshake: boolean; deadline: (string | null); note: (string | null); scheme: (Record<string, unknown> | null) }[]; nextCursor: null } };
  /** Register an order. */
  'POST /v1/orders': { input: { body: { sourceId: string; reference: string; orderId?: (string | null) } }; answer: { id: string; sourceId: string; reference: string; orderId: (string | null); state: "pending" | "fulfilled" | "failed" | "refunded" | "stuck"; registered: boolean; flagged: boolean; overdue: boolean; foundBy: "webhook" | "poll" | null; createdAt: string; updatedAt: string; nextPollAt: (string | null); history: { at: string; kind: "registered" | "event" | "poll" | "decision"; state: "pending" | "fulfilled" | "failed" | "refunded" | "stuck"; eventType: (string | null); eventId: (string | null); note: string }[] } };
  /** List orders. */
  'GET /v1/orders': { input: { query?: { limit?: number; cursor?: string; state?: "pending" | "fulfilled" | "failed" | "refunded" | "stuck"; overdue?: boolean; flagged?: boolean; sourceId?: string; reference?: string } }; answer: { data: { id: string; sourceId: string; reference: string; orderId: (string | null); state: "pending" | "fulfilled" | "failed" | "refunded" | "stuck"; registered: boolean; flagged: boolean; overdue: boolean; foundBy: "webhook" | "poll" | null; createdAt: string; updatedAt: string; nextPollAt: (string | null) }[]; nextCursor: (string | null) } };
  /** One order with its whole history. */
  'GET /v1/orders/{id}': { input: { path: { id: string } }; answer: { id: string; sourceId: string; reference: string; orderId: (string | null); state: "pending" | "fulfilled" | "failed" | "refunded" | "stuck"; registered: boolean; flagged: boolean; overdue: boolean; foundBy: "webhook" | "poll" | null; createdAt: string; updatedAt: string; nextPollAt: (string | null); history: { at: string; kind: "registered" | "event" | "poll" | "decision"; state: "pending" | "fulfilled" | "failed" | "refunded" | "stuck"; eventType: (string | null); eventId: (string | null); note: string }[] } };
  /** List alerts. */
  'GET /v1/alerts': { input: { query?: { limit?: number; cursor?: string; kind?: "endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag"; status?: "open" | "resolved" } }; answer: { data: { id: string; kind: "endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag"; subject: string; summary: string; status: "open" | "resolved"; count: number; detail: Record<string, unknown>; raisedAt: string; lastAt: string; resolvedAt: (string | null) }[]; nextCursor: (string | null) } };
  /** One alert, and who was told. */
  'GET /v1/alerts/{id}': { input: { path: { id: string } }; answer: { id: string; kind: "endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag"; subject: string; summary: string; status: "open" | "resolved"; count: number; detail: Record<string, unknown>; raisedAt: string; lastAt: string; resolvedAt: (string | null); messages: { ruleId: string; channelId: string; phase: "raised" | "recovered"; status: "waiting" | "sent" | "failed"; tries: number; error: (string | null); sentAt: (string | null); nextTryAt: (string | null) }[] } };
  /** Create an alert rule. */
  'POST /v1/alert-rules': { input: { body: { name?: string; kind?: "endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag"; kinds?: ("endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag")[]; channels?: string[]; publish?: (string | null); enabled?: boolean } }; answer: { id: string; name: string; kinds: ("endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag")[]; channels: string[]; publish: (string | null); enabled: boolean; createdAt: (string | null); updatedAt: (string | null) } };
  /** List alert rules. */
  'GET /v1/alert-rules': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: { id: string; name: string; kinds: ("endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag")[]; channels: string[]; publish: (string | null); enabled: boolean; createdAt: (string | null); updatedAt: (string | null) }[]; nextCursor: (string | null) } };
  /** One alert rule. */
  'GET /v1/alert-rules/{id}': { input: { path: { id: string } }; answer: { id: string; name: string; kinds: ("endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag")[]; channels: string[]; publish: (string | null); enabled: boolean; createdAt: (string | null); updatedAt: (string | null) } };
  /** Change an alert rule. */
  'PATCH /v1/alert-rules/{id}': { input: { path: { id: string }; body: { name?: string; kind?: "endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag"; kinds?: ("endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag")[]; channels?: string[]; publish?: (string | null); enabled?: boolean } }; answer: { id: string; name: string; kinds: ("endpoint.paused" | "endpoint.disabled" | "endpoint.recovered" | "endpoint.slow" | "delivery.dead" | "order.failed" | "order.overdue" | "order.stuck" | "order.unknown" | "balance.low" | "source.rejected" | "source.silent" | "source.unreachable" | "queue.lag")[]; channels: string[]; publish: (string | null); enabled: boolean; createdAt: (string | null); updatedAt: (string | null) } };
  /** Delete an alert rule. */
  'DELETE /v1/alert-rules/{id}': { input: { path: { id: string } }; answer: undefined };
  /** Create an alert channel. */
  'POST /v1/alert-channels': { input: { body: { name?: string; type?: "email" | "slack" | "endpoint"; to?: (string | null); url?: string; endpointId?: string } }; answer: { id: string; name: string; type: "email" | "slack" | "endpoint"; to?: (string | null); url?: string; endpointId?: string; createdAt: (string | null); updatedAt: (string | null) } };
  /** List alert channels. */
  'GET /v1/alert-channels': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: { id: string; name: string; type: "email" | "slack" | "endpoint"; to?: (string | null); url?: string; endpointId?: string; createdAt: (string | null); updatedAt: (string | null) }[]; nextCursor: (string | null) } };
  /** One alert channel. */
  'GET /v1/alert-channels/{id}': { input: { path: { id: string } }; answer: { id: string; name: string; type: "email" | "slack" | "endpoint"; to?: (string | null); url?: string; endpointId?: string; createdAt: (string | null); updatedAt: (string | null) } };
  /** Change an alert channel. */
  'PATCH /v1/alert-channels/{id}': { input: { path: { id: string }; body: { name?: string; type?: "email" | "slack" | "endpoint"; to?: (string | null); url?: string; endpointId?: string } }; answer: { id: string; name: string; type: "email" | "slack" | "endpoint"; to?: (string | null); url?: string; endpointId?: string; createdAt: (string | null); updatedAt: (string | null) } };
  /** Delete an alert channel. */
  'DELETE /v1/alert-channels/{id}': { input: { path: { id: string } }; answer: undefined };
  /** List event types. */
  'GET /v1/event-types': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: EventType[]; nextCursor: (string | null) } };
  /** One event type. */
  'GET /v1/event-types/{name}': { input: { path: { name: string } }; answer: EventType };
  /** Declare an event type. */
  'PUT /v1/event-types/{name}': { input: { path: { name: string }; body?: { name?: string; description?: string; schema?: (Record<string, unknown> | null); examples?: unknown[]; deprecated?: boolean } }; answer: EventType };
  /** Take back an event type. */
  'DELETE /v1/event-types/{name}': { input: { path: { name: string } }; answer: undefined };
  /** List wire formats. */
  'GET /v1/profiles': { input: Record<never, never>; answer: { data: { name: string; description: string; wire: Record<string, unknown>; success: string; retry: Record<string, unknown>; timeout: string; failure: (Record<string, unknown> | null); secret: string; httpsOnly: boolean }[]; nextCursor: null } };
  /** One wire format. */
  'GET /v1/profiles/{name}': { input: { path: { name: string } }; answer: { name: string; description: string; wire: Record<string, unknown>; success: string; retry: Record<string, unknown>; timeout: string; failure: (Record<string, unknown> | null); secret: string; httpsOnly: boolean } };
  /** What became of the account's deliveries. */
  'GET /v1/stats': { input: { query?: { since?: string; until?: string; bucket?: string; endpointId?: string } }; answer: Stats };
  /** Watch an account. */
  'GET /v1/stream': { input: { query?: { kinds?: string } }; answer: undefined };
  /** What is kept how long. */
  'GET /v1/retention': { input: Record<never, never>; answer: { events: string; held: string; eventIds: string; providerIds: string; idempotencyKeys: string; sourceRequests: number; binRequests: number; auditEntries: number } };
  /** Create an account. */
  'POST /v1/accounts': { input: { body: { name: string; maxEndpoints?: (number | null); notify?: (string | null); id?: string } }; answer: Account };
  /** List accounts. */
  'GET /v1/accounts': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: Account[]; nextCursor: (string | null) } };
  /** One account. */
  'GET /v1/accounts/{id}': { input: { path: { id: string } }; answer: Account };
  /** Change an account. */
  'PATCH /v1/accounts/{id}': { input: { path: { id: string }; body: { name?: string; maxEndpoints?: (number | null); notify?: (string | null) } }; answer: Account };
  /** Delete an account. */
  'DELETE /v1/accounts/{id}': { input: { path: { id: string } }; answer: undefined };
  /** Create an API key. */
  'POST /v1/keys': { input: { body: { name: string; account?: (string | null); scopes?: ("publish" | "read" | "manage" | "receive")[] } }; answer: NewApiKey };
  /** List API keys. */
  'GET /v1/keys': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: ApiKey[]; nextCursor: (string | null) } };
  /** Revoke an API key. */
  'DELETE /v1/keys/{id}': { input: { path: { id: string } }; answer: undefined };
  /** One person. */
  'GET /v1/people/{id}': { input: { path: { id: string } }; answer: { id: string; name: string; email: (string | null); role: "owner" | "member" | "viewer"; hasPassword: boolean; createdAt: string; updatedAt: string } };
  /** Change a person. */
  'PATCH /v1/people/{id}': { input: { path: { id: string }; body: { name?: string; email?: (string | null); role?: "owner" | "member" | "viewer"; password?: (string | null); currentPassword?: string } }; answer: { id: string; name: string; email: (string | null); role: "owner" | "member" | "viewer"; hasPassword: boolean; createdAt: string; updatedAt: string } };
  /** Remove a person. */
  'DELETE /v1/people/{id}': { input: { path: { id: string } }; answer: undefined };
  /** Add a person. */
  'POST /v1/people': { input: { body: { name: string; email?: (string | null); role?: "owner" | "member" | "viewer"; password?: (string | null) } }; answer: { id: string; name: string; email: (string | null); role: "owner" | "member" | "viewer"; hasPassword: boolean; createdAt: string; updatedAt: string } };
  /** List people. */
  'GET /v1/people': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: { id: string; name: string; email: (string | null); role: "owner" | "member" | "viewer"; hasPassword: boolean; createdAt: string; updatedAt: string }[]; nextCursor: (string | null) } };
  /** Make a link that signs in once. */
  'POST /v1/sign-in-links': { input: { body?: { personId?: string } }; answer: { url: string; expiresAt: string } };
  /** What people did. */
  'GET /v1/audit': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: { at: string; actorId: string; actor: string; act: string; target: string; account: (string | null); aboutId: (string | null); aboutName: (string | null) }[]; nextCursor: (string | null) } };
  /** Sign in. */
  'POST /v1/sessions': { input: { body: { email?: string; password?: string; key?: string; token?: string } }; answer: { id: (string | null); person: ({ id: string; name: string; email: (string | null); role: "owner" | "member" | "viewer"; hasPassword: boolean; createdAt: string; updatedAt: string } | null); role: "owner" | "member" | "viewer" | null; scopes: string[]; accounts: { id: string; name: string }[]; csrf: (string | null); expiresAt: (string | null); version: string } };
  /** List sessions. */
  'GET /v1/sessions': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: { id: string; personId: (string | null); userAgent: string; createdAt: string; expiresAt: string }[]; nextCursor: (string | null) } };
  /** Who am I. */
  'GET /v1/sessions/current': { input: Record<never, never>; answer: { id: (string | null); person: ({ id: string; name: string; email: (string | null); role: "owner" | "member" | "viewer"; hasPassword: boolean; createdAt: string; updatedAt: string } | null); role: "owner" | "member" | "viewer" | null; scopes: string[]; accounts: { id: string; name: string }[]; csrf: (string | null); expiresAt: (string | null); version: string } };
  /** Sign out. */
  'DELETE /v1/sessions/current': { input: Record<never, never>; answer: undefined };
  /** End a session. */
  'DELETE /v1/sessions/{id}': { input: { path: { id: string } }; answer: undefined };
  /** Make a link into a portal. */
  'POST /v1/portal-links': { input: { body?: { account?: string; name?: string; color?: (string | null); origins?: string[]; readOnly?: boolean; expiresIn?: string; lasts?: string } }; answer: { id: string; account: string; status: "waiting" | "expired" | "open" | "ended" | "revoked"; name: string; color: (string | null); origins: string[]; readOnly: boolean; madeBy: string; createdAt: string; expiresAt: string; openedAt: (string | null); endsAt: (string | null); url: string } };
  /** List links into portals. */
  'GET /v1/portal-links': { input: { query?: { limit?: number; cursor?: string } }; answer: { data: { id: string; account: string; status: "waiting" | "expired" | "open" | "ended" | "revoked"; name: string; color: (string | null); origins: string[]; readOnly: boolean; madeBy: string; createdAt: string; expiresAt: string; openedAt: (string | null); endsAt: (string | null) }[]; nextCursor: (string | null) } };
  /** Revoke a link into a portal. */
  'DELETE /v1/portal-links/{id}': { input: { path: { id: string } }; answer: undefined };
  /** Open a portal. */
  'POST /v1/portal-sessions': { input: { body: { token: string } }; answer: { token: string; account: { id: string; name: string }; name: string; color: (string | null); readOnly: boolean; endsAt: string } };
}
