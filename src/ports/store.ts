import type { Account, ApiKey, EventType } from '../core/account.ts';
import type { Attempt } from '../core/attempt.ts';
import type { DeliveryStatus, DeliveryView, Owed, TriedFilter } from '../core/delivery.ts';
import type { Endpoint, NewEndpoint } from '../core/endpoint.ts';
import type { Event, EventHead, NewEvent } from '../core/event.ts';
import type { HealthDecision } from '../core/health.ts';
import type { Line } from '../core/lane.ts';
import type { OrderNews } from '../core/order.ts';
import type { Source } from '../core/source.ts';
import type { AlertStore } from './alert-store.ts';
import type { BinStore } from './bin-store.ts';
import type { OrderStore } from './order-store.ts';
import type { PeopleStore } from './people-store.ts';
import type { PortalStore } from './portal-store.ts';
import type { PullStore } from './pull-store.ts';
import type { ReplayStore } from './replay-store.ts';
import type { SourceStore } from './source-store.ts';

/*
 * What the flow asks of the disk. Every act is atomic and durable when its promise resolves. Acts that are started while a
 * commit is under way share the next commit. `nowMs` is always an argument. A StoreError means that the outcome is unknown.
 * The promises are tests: `store.contract.ts`, run against every store.
 */

/** What becomes of a target at its accept: already in its lane, waiting in the store, or waiting in order of its reference. */
export type TargetMode = 'begun' | 'queued' | 'ordered';

/** An event and what is owed for it, to be stored in one act. */
export interface AcceptItem {
  event: NewEvent;
  /** Endpoints that want it; the delivery's place is the position here. */
  endpointNos: number[];
  modes: TargetMode[];
  /** When deliveries that are not begun are due. */
  dueAtMs: number;
  /** Version of the account's endpoints that the match was made with. */
  directoryVersion: number;
  idempotency: { key: string; requestHash: string } | null;
  /** What is unique about it within the source that it came through, for `limits.dedupeKeepMs`; null: it came through none. */
  inbound: { sourceNo: number; key: string } | null;
  /** What the event says about an order, which changes in the same act. */
  order?: OrderNews;
}

/** What the API answers for an event. */
export interface EventSummary {
  id: string;
  type: string;
  createdAtMs: number;
  deliveries: number;
}

/** What became of one item of an accept. */
export type AcceptResult =
  | { kind: 'stored'; seq: number }
  /** The id is known. `conflict`: with another type or other data. Nothing was stored. */
  | { kind: 'duplicate'; event: EventSummary; conflict: boolean }
  /** The idempotency key is known with the same request: its first answer. `status` is 200 or 202. */
  | { kind: 'replayed'; event: EventSummary; status: number; conflict: boolean }
  /** The idempotency key is known with another request. */
  | { kind: 'key_reused' }
  /** The same came through this source before, as that event. Nothing was stored. */
  | { kind: 'seen'; eventId: string }
  /** The order it speaks of has been in this final state before, and somebody was told: the event was not stored, the order's history says so. */
  | { kind: 'order_known' }
  /** The account's endpoints changed since the match: match again. Nothing was stored. */
  | { kind: 'stale' };

/** The end of one attempt, to be stored in one act with its consequences. */
export interface Settlement {
  key: number;
  endpointNo: number;
  /** As in the `Owed` that was attempted. A row that `spill` wrote meanwhile, still leased to us, is settled all the same. */
  fresh: boolean;
  startedAtMs: number;
  replayNo: number | null;
  /** Attempts of this schedule, this one included. */
  tries: number;
  attempt: Attempt;
  /** What becomes of the delivery: due again, or ended. */
  next: { state: 'open'; dueAtMs: number } | { state: 'delivered' | 'dead' };
  /** The endpoint's record if it changes with this attempt, else null. */
  health: EndpointHealth | null;
}

/** What an attempt makes of its endpoint's record, and since when the endpoint had the status that this was decided under. */
export interface EndpointHealth extends HealthDecision {
  statusAtMs: number;
}

/**
 * `settled`: also when the same settlement took effect before, in a commit whose holder was not told of it; it counts once.
 * Of a delivery that was cancelled under way the attempt and the endpoint's record are kept, and it stays cancelled.
 * `lost`: the lease was gone (taken over, deleted); nothing was changed. A record that was decided under another
 * status of the endpoint (it was resumed, paused or changed since) leaves the present one alone; one without failure stops nothing.
 */
export type SettleResult = 'settled' | 'lost' | Stopped;

/** Settled, and the endpoint was active and is now paused or disabled as `health` says. */
export interface Stopped {
  statusAtMs: number;
  /** The account's: changes of the endpoint with a later one came after this. */
  version: number;
}

/** How much work one endpoint can take now. */
export interface ClaimRequest {
  endpointNo: number;
  /** How many of each line at most: first attempts, retries, and what a replay put back (whatever its tries). The open index has the line before the due time, so that no line hides another. */
  take: Record<Line, number>;
}

/** What was leased to us, and when to ask again. */
export interface ClaimResult {
  owed: Owed[];
  /** When what is left of each line at this endpoint is due next (also past times), null when nothing is. Leased work does not count, nor what an endpoint that is not active holds. */
  nextAtMs: Record<Line, number | null>;
}

/** Open work at one endpoint, found at start. */
export interface LaneStart {
  endpointNo: number;
  nextAtMs: Record<Line, number | null>;
}

/** What a process learns when it takes over. */
export interface Joined {
  /** Fences what this process does: acts under an older epoch change nothing. */
  epoch: number;
  /** Deliveries whose attempt was under way when the predecessor died: each counts one `lost` attempt. */
  lost: LostDelivery[];
  /** How often to `beat`, where other nodes may work on the same store; null: this process has it to itself. */
  beatEveryMs: number | null;
}

/** What another node did that concerns all: changed the directory, or left work that somebody else should look at. */
export type News = 'directory' | 'lanes';

/** A delivery that was leased to a process which died. It stays leased to us until it is settled like any attempt. */
export type LostDelivery = Owed;

/** The way of an event: what must be fast. `epoch` as given by `join`; a lost epoch is a StoreError with `fatal`. */
export interface DeliveryStore {
  /**
   * Begins to work under an epoch of its own. Takes over from a predecessor of the same name at once, from any where only one
   * process can have the store, and else from nodes that have not said for `limits.nodeDeadMs` that they live.
   */
  join(input: { nodeName: string; nowMs: number }): Promise<Joined>;
  /** Says that this node lives, and takes over from those that do not any more; what those had under way is answered like a `join`'s. */
  beat(input: { epoch: number; nowMs: number }): Promise<{ lost: LostDelivery[] }>;
  /** Calls back with what other nodes tell, within `limits.tellEveryMs` and the way there; after a gap with everything. */
  watch(hear: (news: News) => void): void;
  /** Endpoints with open work, paused ones included. */
  lanes(): Promise<LaneStart[]>;
  /** Stores all or none of the call; results in order. 202 may leave once it resolves. */
  accept(input: { epoch: number; items: AcceptItem[]; nowMs: number }): Promise<AcceptResult[]>;
  /** Results in order; a delivery that is settled twice in one call is settled once. */
  settle(input: { epoch: number; settlements: Settlement[]; nowMs: number }): Promise<SettleResult[]>;
  /**
   * Leases due work, oldest due first, nothing that is not due, nothing of an endpoint that is not active. Less than was asked
   * for where it holds more than the request's share of `claimBytes`, but in each line that has any, one.
   */
  claim(input: { epoch: number; requests: ClaimRequest[]; nowMs: number }): Promise<ClaimResult[]>;
  /** Gives leased work back unattempted: due at once, no attempt counted. */
  release(input: { epoch: number; owed: Owed[]; nowMs: number }): Promise<void>;
  /**
   * After an act whose outcome is unknown: gives back (due at once, no attempt counted) what is leased to this epoch, with or
   * without a row, and not among the keys `inHand`. The caller has no accept and no claim under way. Answers where work waits now.
   */
  reclaim(input: { epoch: number; inHand: number[]; nowMs: number }): Promise<LaneStart[]>;
  /** Writes rows for fresh work that takes long, still leased, so that recovery never has to read far back. */
  spill(input: { epoch: number; owed: Owed[]; lowSeq: number; nowMs: number }): Promise<void>;
}

/** What nodes that share a store say to each other beside their work: nobody relies on it, and it need not arrive. */
export interface NodeTalk {
  /** Says something to all other nodes: at most `liveWhisperBytes` in UTF-8. Never throws; what cannot be said now is not said. */
  whisper(text: string): void;
  /** Calls back with what other nodes say. */
  overhear(hear: (text: string) => void): void;
}

/** Acts of people and API clients on deliveries. Keys that are not the account's are not found. */
export interface DeliveryAdmin {
  /**
   * Puts deliveries back: ended ones with a fresh schedule, waiting ones due at once with the rest of theirs.
   * Answers the endpoints to look at; `sending` counts those that could not be put back because an attempt is under way, be
   * they cancelled or not.
   */
  requeue(input: {
    accountNo: number;
    keys: number[];
    nowMs: number;
  }): Promise<{ requeued: number; sending: number; endpointNos: number[] }>;
  /** Cancels what is owed, and answers the endpoint to look at: what waited behind it in its order may go now. */
  cancel(input: {
    accountNo: number;
    key: number;
    nowMs: number;
  }): Promise<{ endpointNo: number } | 'ended' | 'not_found'>;
  /** Dead ones count as cancelled from now on; answers how many were dead. */
  dismiss(input: { accountNo: number; keys: number[]; nowMs: number }): Promise<number>;
}

/** Everything that matching and authorising need, small enough for memory. */
export interface Directory {
  accounts: { account: Account; version: number }[];
  endpoints: Endpoint[];
  keys: ApiKey[];
  eventTypes: EventType[];
  sources: Source[];
}

/** Accounts, keys, endpoints and event types: written seldom, held in memory by `flow/directory.ts`. */
export interface Administration {
  directory(): Promise<Directory>;
  createAccount(account: Omit<Account, 'no'>): Promise<{ account: Account; version: number } | 'exists'>;
  updateAccount(
    no: number,
    changes: Partial<Pick<Account, 'name' | 'maxEndpoints' | 'notify' | 'updatedAtMs'>>,
  ): Promise<void>;
  /** Also deletes its endpoints and keys; history stays until retention takes it. */
  deleteAccount(no: number, nowMs: number): Promise<void>;
  createKey(key: ApiKey): Promise<void>;
  deleteKey(id: string): Promise<void>;
  /** Each change to an endpoint raises the account's version, which is part of the answer. */
  createEndpoint(
    endpoint: NewEndpoint,
    maxEndpoints: number,
  ): Promise<{ endpoint: Endpoint; version: number } | 'too_many'>;
  updateEndpoint(
    no: number,
    changes: Partial<Omit<NewEndpoint, 'id' | 'accountNo' | 'createdAtMs'>>,
  ): Promise<{ endpoint: Endpoint; version: number } | null>;
  /** What is open at it counts as cancelled from now on. */
  deleteEndpoint(no: number, nowMs: number): Promise<{ version: number }>;
  putEventType(eventType: EventType): Promise<void>;
  deleteEventType(accountNo: number, name: string): Promise<boolean>;
}

/** A page of a list, newest first. */
export interface Page {
  limit: number;
  /** Show what is older than this key; null: from the newest. */
  before: number | null;
}

/**
 * A page and where the next one begins: it is asked for with `before: next`; null when there is nothing older. A page is short,
 * or empty, with more to come, when as much was looked at for it as a search may look at (`filterRows`; for text `limits.searchRows` and `searchBytes`).
 */
export interface Found<T> {
  rows: T[];
  next: number | null;
}

/** All that is given must hold. `sinceMs` is included, `untilMs` is not. */
export interface EventFilter {
  /** An exact type, `prefix.*`, or `*`. */
  type?: string;
  reference?: string;
  source?: string;
  /** The key of the request that brought it, for as long as keys are known. */
  idempotencyKey?: string;
  sinceMs?: number;
  untilMs?: number;
  /** What `data` contains, as `core/search.ts` reads it. */
  q?: string;
}

/** All that is given must hold. `sinceMs` is included, `untilMs` is not; both are about the event. */
export interface DeliveryFilter extends TriedFilter {
  statuses?: DeliveryStatus[];
  endpointNo?: number;
  /** As in an `EventFilter`. */
  eventType?: string;
  reference?: string;
  sinceMs?: number;
  untilMs?: number;
  /** As in an `EventFilter`. */
  q?: string;
}

/** An event, and how many deliveries it has. */
export interface EventView<E = Event> {
  event: E;
  deliveries: number;
}

/** What happened in a span of time. */
export interface Stats {
  /** Attempts by result, and deliveries that ended. */
  attempts: number;
  delivered: number;
  failed: number;
  dead: number;
  /** Mean duration of attempts, and bounds of the histogram's buckets that hold these shares of them. Null without attempts. */
  latencyMs: Latency | null;
  buckets: { atMs: number; delivered: number; failed: number; dead: number; latencyMs: Latency | null }[];
}

/** How long attempts took. */
export interface Latency {
  mean: number;
  p50: number;
  p95: number;
  p99: number;
}

/** How much there is to do, for metrics. */
export interface StoreCounts {
  open: number;
  dead: number;
  /** Of deliveries that are sent: those of a pull endpoint wait for whoever fetches them. */
  oldestDueAtMs: number | null;
}

/** Looking things up: never in the way of writing. */
export interface Reading {
  getEvent(accountNo: number, id: string): Promise<EventView | null>;
  /** Without payloads: a page of the largest ones would not fit into memory. */
  listEvents(accountNo: number, filter: EventFilter, page: Page): Promise<Found<EventView<EventHead>>>;
  getDelivery(
    accountNo: number,
    key: number,
  ): Promise<{ delivery: DeliveryView; attempts: Attempt[]; data: string } | null>;
  listDeliveries(accountNo: number, filter: DeliveryFilter, page: Page): Promise<Found<DeliveryView>>;
  /** The first deliveries of one event, in the order of its targets, of which there can be `limits.targetsPerEvent`. */
  deliveriesOfEvent(accountNo: number, eventSeq: number, limit: number): Promise<DeliveryView[]>;
  /** The keys of all deliveries of one event, or of those to one endpoint. */
  keysOfEvent(accountNo: number, eventSeq: number, endpointNo: number | null): Promise<number[]>;
  /** Those of the keys that are deliveries of this account, in the order given, each with its endpoint, be that deleted or not. */
  ownedKeys(accountNo: number, keys: readonly number[]): Promise<{ key: number; endpointNo: number }[]>;
  /** The number of an endpoint of this account, be it deleted or not. Null: there never was one. */
  endpointNo(accountNo: number, id: string): Promise<number | null>;
  stats(input: {
    accountNo: number;
    endpointNo: number | null;
    sinceMs: number;
    untilMs: number;
    bucketMs: number;
  }): Promise<Stats>;
  counts(input: { nowMs: number }): Promise<StoreCounts>;
  /** The same `oldestDueAtMs` for one account. */
  oldestDueAtMs(input: { accountNo: number; nowMs: number }): Promise<number | null>;
}

/** What keeps the store small, copied and ready. */
export interface Upkeep {
  /** One bounded step: deletes what is older than `keepSinceMs` and ended, kills what is held too long, cancels what a deleted endpoint left open. */
  sweep(input: {
    nowMs: number;
    keepSinceMs: number;
    heldSinceMs: number;
    limit: number;
  }): Promise<{ more: boolean }>;
  /** A consistent copy while work goes on. */
  backup(file: string): Promise<void>;
  /** Resolves when the store can commit. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Everything that is asked of the disk. */
export interface Store
  extends DeliveryStore,
    DeliveryAdmin,
    Administration,
    SourceStore,
    BinStore,
    PullStore,
    PeopleStore,
    PortalStore,
    ReplayStore,
    Reading,
    OrderStore,
    AlertStore,
    NodeTalk,
    Upkeep {}
