import type { Account } from '../../src/core/account.ts';
import { deliveryKey, type Owed } from '../../src/core/delivery.ts';
import type { Endpoint } from '../../src/core/endpoint.ts';
import * as limits from '../../src/core/limits.ts';
import { matchesType } from '../../src/core/match.ts';
import type { Replay, ReplayFilter } from '../../src/core/replay.ts';
import { attemptsAllowed, type RetryPolicy } from '../../src/core/retry.ts';
import type {
  AcceptItem,
  AcceptResult,
  ClaimRequest,
  ClaimResult,
  Joined,
  Settlement,
  SettleResult,
  Store,
} from '../../src/ports/store.ts';
import type { SimNode } from './node.ts';
import type { Published } from './publishers.ts';
import type { World } from './world.ts';

/** Behind an open breaker and a short line of its own. */
const promptMs = 30_000;

/** What came of a request, as the wire knows it. */
export interface Answered {
  ok: boolean;
  httpStatus: number | null;
  endedAtMs: number;
  /** What a readable `Retry-After` on 429 or 503 asked for. */
  askedMs: number;
}

/** One delivery as it must be, worked out from what was done to the store, in the order of its commits. */
export interface Tracked {
  key: number;
  record: EndpointRecord;
  event: Published;
  state: 'open' | 'delivered' | 'dead' | 'cancelled';
  before: 'delivered' | 'dead' | 'cancelled';
  /** Epoch that holds it. */
  lease: number | null;
  /** By epoch: a lease was given that no request has used. */
  grants: Map<number, boolean>;
  tries: number;
  attempts: number;
  /** By wall time; nothing may be sent before. */
  notBeforeMs: number;
  endedAtMs: number;
  joinedAtMs: number;
  /** When the attempt that was settled last began. */
  settledAtMs: number;
  replayNo: number | null;
  /** Put back after it had ended: it goes behind the others of its reference, on a fresh schedule. */
  putBack: boolean;
  giveUp: boolean;
  /** When its endpoint, free to send and in good hands, must have been told at the latest; by virtual time. */
  promptByMs: number;
  sends: number;
  successes: number;
  /** Requests that no attempt has to answer for: cancelled, deleted or given back while under way. */
  excused: number;
  /** Whoever sends it dies. */
  poison: boolean;
  crashes: number;
  body: string | null;
  idHeaders: string | null;
  answered: Answered | null;
}

export interface EndpointRecord {
  endpoint: Endpoint;
  before: Endpoint;
  deleted: boolean;
  /** Somebody was told that it is paused, disabled or deleted, and nobody has asked for anything else since. */
  stopped: boolean;
  /** Acts under way, and whether one ended with an unknown outcome: then either version of the settings may be in use. */
  acts: number;
  unsure: boolean;
  /** Failed attempts since the last that succeeded, in the order of their settlements. */
  failures: number;
}

interface ReplayRecord {
  replay: Replay;
  filter: ReplayFilter;
  upper: number;
  fed: boolean;
}

/** Watches every act of the store from outside and knows what each delivery must be; names the invariant that does not hold. */
export class Ledger {
  readonly #world: World;
  epoch = 0;
  readonly tracked = new Map<number, Tracked>();
  readonly byName = new Map<string, Tracked>();
  readonly records = new Map<number, EndpointRecord>();
  readonly byTag = new Map<string, EndpointRecord>();
  readonly accounts = new Map<number, Account>();
  readonly replays = new Map<number, ReplayRecord>();
  #lastSeq = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get open(): Tracked[] {
    return [...this.tracked.values()].filter((one) => one.state === 'open' && !one.record.deleted);
  }

  /** An act took effect; called in the order of commits. */
  took(node: SimNode, name: keyof Store, args: unknown[], value: unknown): void {
    const input = args[0] as never;
    const acts: Partial<Record<keyof Store, () => void>> = {
      join: () => this.#join(node, input, value as Joined),
      accept: () => this.#accept(node, input, value as AcceptResult[]),
      claim: () => this.#claim(node, input, value as ClaimResult[]),
      settle: () => this.#settle(node, input, value as SettleResult[]),
      release: () =>
        this.#release(
          node,
          (input as { owed: Owed[] }).owed.map((one) => one.key),
        ),
      reclaim: () => this.#reclaim(node, input),
      requeue: () => this.#requeue(input, value as { requeued: number }),
      cancel: () => this.#cancel(input, value as string),
      createReplay: () => this.#createReplay(input, value as Replay),
      cancelReplay: () => this.#replayIs(value as Replay | null),
      stepReplay: () => this.#stepReplay(input, value as { replay: Replay; moved: number }),
      createAccount: () => this.#accountIs((value as { account: Account }).account),
      createEndpoint: () => this.#endpointIs((value as { endpoint: Endpoint }).endpoint),
      updateEndpoint: () => value !== null && this.#endpointIs((value as { endpoint: Endpoint }).endpoint),
      deleteEndpoint: () => this.#deleted(args[0] as number, args[1] as number),
    };
    acts[name]?.();
  }

  recordById(id: string): EndpointRecord | undefined {
    for (const record of this.records.values()) if (record.endpoint.id === id) return record;
    return undefined;
  }

  platformStopped(endpointId: string): void {
    const record = this.recordById(endpointId);
    if (record !== undefined && record.endpoint.status !== 'active') record.stopped = true;
  }

  /** Which of those that ended long ago did retention take? What it took of anything else is a violation. */
  async forgetSwept(): Promise<void> {
    const { forgets, wallMs, weather, store } = this.#world;
    if (!forgets) return;
    const keepSinceMs = wallMs - weather.retentionMs;
    for (const one of this.tracked.values()) {
      if (one.endedAtMs >= keepSinceMs || one.event.seq === null) continue;
      if ((await store.getDelivery(one.event.accountNo, one.key)) !== null) continue;
      if (one.state === 'open' && !one.record.deleted)
        this.#fail('14 retention', `${one.key} is gone while it is open`);
      this.tracked.delete(one.key);
    }
  }

  #fail(invariant: string, detail: string): void {
    this.#world.kernel.fail(invariant, detail);
  }

  #fenced(node: SimNode, what: string): void {
    if (node.isReplaced)
      this.#fail('8 fence', `${what} of ${node.name} took effect after its work was taken over`);
  }

  #join(node: SimNode, { nowMs }: { nowMs: number }, { epoch, lost }: Joined): void {
    if (epoch <= this.epoch) this.#fail('8 fence', `epoch ${epoch} after ${this.epoch}`);
    this.epoch = epoch;
    node.epoch = epoch;
    const found = new Set(lost.map((one) => one.key));
    for (const one of this.tracked.values()) {
      if (one.state !== 'open' || one.lease === null) continue;
      if (one.record.deleted) {
        one.excused += 1;
        continue;
      }
      if (!found.delete(one.key))
        this.#fail('3 rescue', `${one.key} was leased and the join did not find it`);
      one.lease = epoch;
      one.grants.set(epoch, false);
      one.joinedAtMs = nowMs;
      one.answered = null;
    }
    for (const key of found) this.#fail('3 rescue', `${key} was found by the join and was not leased`);
    for (const record of this.records.values()) {
      record.stopped = record.deleted || record.endpoint.status !== 'active';
      record.unsure = false;
      record.before = record.endpoint;
    }
  }

  #accept(
    node: SimNode,
    { items, nowMs }: { items: AcceptItem[]; nowMs: number },
    results: AcceptResult[],
  ): void {
    this.#fenced(node, 'an accept');
    items.forEach((item, i) => {
      const result = results[i]!;
      const event = this.#world.publishers.named(item.event);
      if (event === undefined)
        return this.#fail(
          '1 bytes',
          `the stored event ${item.event.id} has other bytes than any that was published`,
        );
      if (result.kind === 'stale') return;
      if (result.kind !== 'stored') {
        if (event.seq === null)
          this.#fail('12 duplicate', `event ${event.n} is called ${result.kind} and was never stored`);
        return;
      }
      if (event.seq !== null)
        return this.#fail(
          '12 duplicate',
          `event ${event.n} was stored twice, at ${event.seq} and ${result.seq}`,
        );
      if (result.seq <= this.#lastSeq)
        this.#fail('order', `event ${event.n} got position ${result.seq} after ${this.#lastSeq}`);
      this.#lastSeq = result.seq;
      event.seq = result.seq;
      event.storedId = item.event.id;
      this.#matched(event, item);
      item.endpointNos.forEach((no, place) => {
        const record = this.records.get(no)!;
        const begun = item.modes[place] === 'begun';
        if (begun && event.deliverAtMs !== null && event.deliverAtMs > nowMs)
          this.#fail('4 due', `event ${event.n} goes out ${event.deliverAtMs - nowMs} ms too early`);
        const one: Tracked = {
          key: deliveryKey(result.seq, place),
          record,
          event,
          state: 'open',
          before: 'dead',
          lease: begun ? node.epoch : null,
          grants: new Map(begun ? [[node.epoch, true]] : []),
          tries: 0,
          attempts: 0,
          notBeforeMs: event.deliverAtMs ?? 0,
          endedAtMs: 0,
          joinedAtMs: nowMs,
          settledAtMs: 0,
          replayNo: null,
          putBack: false,
          giveUp: false,
          promptByMs: this.#promptBy(event, record),
          sends: 0,
          successes: 0,
          excused: 0,
          poison: this.#world.faults.chance(this.#world.weather.poison),
          crashes: 0,
          body: null,
          idHeaders: null,
          answered: null,
        };
        this.tracked.set(one.key, one);
        this.byName.set(`${event.n}:${no}`, one);
      });
    });
  }

  /** Once faults have ended, no endpoint waits for what is the matter with another. */
  #promptBy({ deliverAtMs }: Published, { endpoint }: EndpointRecord): number {
    const { chaos, kernel, weather } = this.#world;
    const isFree = endpoint.status === 'active' && !endpoint.ordered && endpoint.ratePerSecond === null;
    return chaos || !isFree || deliverAtMs !== null || weather.poison > 0
      ? Number.POSITIVE_INFINITY
      : kernel.nowMs + promptMs;
  }

  #matched(event: Published, item: AcceptItem): void {
    const wanted = [...this.records.values()]
      .filter(({ endpoint, deleted }) => {
        if (deleted || endpoint.accountNo !== event.accountNo || !matchesType(endpoint.events, event.type))
          return false;
        return endpoint.filter === null || event.total >= 50;
      })
      .map(({ endpoint }) => endpoint.no)
      .sort((a, b) => a - b);
    const got = [...item.endpointNos].sort((a, b) => a - b);
    if (wanted.join() !== got.join())
      this.#fail(
        '2 targets',
        `event ${event.n} goes to [${got}], and [${wanted}] matched when it was stored`,
      );
  }

  #claim(
    node: SimNode,
    { requests, nowMs }: { requests: ClaimRequest[]; nowMs: number },
    results: ClaimResult[],
  ): void {
    this.#fenced(node, 'a claim');
    requests.forEach(({ endpointNo }, i) => {
      for (const { key, tries, attempts } of results[i]!.owed) {
        const one = this.tracked.get(key);
        if (one === undefined) return this.#fail('2 targets', `claimed ${key}, which nobody accepted`);
        const { endpoint, deleted } = one.record;
        if (endpoint.no !== endpointNo) this.#fail('2 targets', `claimed ${key} for endpoint ${endpointNo}`);
        if (one.state !== 'open') this.#fail('9 ended', `claimed ${key}, which is ${one.state}`);
        if (one.lease !== null) this.#fail('8 lease', `claimed ${key}, which epoch ${one.lease} holds`);
        if (nowMs < one.notBeforeMs)
          this.#fail('4 due', `claimed ${key} ${one.notBeforeMs - nowMs} ms before it is due`);
        if (endpoint.status !== 'active' || deleted)
          this.#fail(
            '7 stopped',
            `claimed ${key} of an endpoint that is ${deleted ? 'deleted' : endpoint.status}`,
          );
        if (tries !== one.tries || attempts !== one.attempts)
          this.#fail(
            '6 attempts',
            `claimed ${key} with ${tries} tries and ${attempts} attempts; it has ${one.tries} and ${one.attempts}`,
          );
        this.#mayGo(one);
        one.lease = node.epoch;
        one.grants.set(node.epoch, true);
      }
    });
  }

  /** At an ordered endpoint nothing overtakes an earlier one of its reference. */
  #mayGo(one: Tracked): void {
    const { record, event } = one;
    if (!record.endpoint.ordered || event.reference === null || one.putBack) return;
    for (const other of this.tracked.values()) {
      if (other.record !== record || other.event.reference !== event.reference || other.key >= one.key)
        continue;
      if (other.state === 'open' && !other.putBack)
        this.#fail('order', `claimed ${one.key} while ${other.key} of the same reference is open`);
    }
  }

  #settle(
    node: SimNode,
    { settlements, nowMs }: { settlements: Settlement[]; nowMs: number },
    results: SettleResult[],
  ): void {
    settlements.forEach((settlement, i) => {
      const one = this.tracked.get(settlement.key);
      if (one === undefined)
        return this.#fail('2 targets', `settled ${settlement.key}, which nobody accepted`);
      const isRepeated = one.attempts === settlement.attempt.n && one.settledAtMs === settlement.attempt.atMs;
      // Its holder was not told of the commit and asked again; meanwhile it may have claimed the delivery's next attempt.
      if (isRepeated && !node.isReplaced) return;
      const isNext = settlement.attempt.n === one.attempts + 1;
      const holds = one.state === 'open' && one.lease === node.epoch && !node.isReplaced && isNext;
      if (results[i] === 'lost') {
        if (holds && !one.record.deleted)
          this.#fail('8 lease', `a settlement of ${one.key} under a live lease was called lost`);
        return;
      }
      if (node.isReplaced)
        return this.#fail('8 fence', `${node.name} settled ${one.key} after its work was taken over`);
      if (!holds && !one.record.deleted)
        return this.#fail('8 lease', `settled ${one.key}, which is ${one.state} and held by ${one.lease}`);
      this.#attempted(node, one, settlement, nowMs);
    });
  }

  #attempted(node: SimNode, one: Tracked, settlement: Settlement, nowMs: number): void {
    const { attempt, next, health } = settlement;
    const { record } = one;
    const { retry } = record.endpoint;
    one.lease = null;
    one.grants.delete(node.epoch);
    one.tries += 1;
    one.attempts += 1;
    one.settledAtMs = attempt.atMs;
    if (settlement.tries !== one.tries || attempt.n !== one.attempts) {
      this.#fail(
        '6 attempts',
        `attempt ${attempt.n} (try ${settlement.tries}) of ${one.key} should be ${one.attempts} (try ${one.tries})`,
      );
    }
    const isLost = attempt.error === 'lost';
    const answered = isLost
      ? { ok: false, httpStatus: null, endedAtMs: Math.min(one.joinedAtMs, nowMs), askedMs: 0 }
      : one.answered;
    if (answered === null)
      return this.#fail('9 ended', `${one.key} was settled without an answer from the wire`);
    one.answered = null;
    if (answered.ok) record.failures = 0;
    else if (!isLost) record.failures += 1;
    if (answered.ok !== (next.state === 'delivered'))
      this.#fail('9 ended', `${one.key} became ${next.state} after ${answered.ok ? 'success' : 'failure'}`);
    const waitMs = Math.max(stepMs(retry, one.tries), Math.min(answered.askedMs, limits.retryAfterMaxMs));
    const last = one.tries >= attemptsAllowed(retry);
    if (next.state === 'open') {
      if (last) this.#fail('6 attempts', `${one.key} goes on after try ${one.tries}, which is its last`);
      one.notBeforeMs = answered.endedAtMs + waitMs;
      if (next.dueAtMs < one.notBeforeMs)
        this.#fail(
          '5 gap',
          `${one.key} is due ${one.notBeforeMs - next.dueAtMs} ms too early after try ${one.tries}`,
        );
      if (record.deleted) this.#end(one, 'cancelled', nowMs);
    } else {
      if (next.state === 'dead' && answered.httpStatus !== 410 && !last) {
        const lateMs = answered.endedAtMs + waitMs * (1 + retry.jitter) - settlement.startedAtMs;
        one.giveUp = retry.giveUpAfterMs !== null && lateMs + 1000 > retry.giveUpAfterMs;
        if (!one.giveUp)
          this.#fail(
            '6 attempts',
            `${one.key} is dead after ${one.tries} tries of ${attemptsAllowed(retry)}`,
          );
      }
      this.#end(one, next.state, nowMs);
    }
    if (health !== null && !record.deleted) this.#health(record, health, nowMs, answered);
  }

  #health(
    record: EndpointRecord,
    health: NonNullable<Settlement['health']>,
    nowMs: number,
    answered: Answered,
  ): void {
    const { endpoint } = record;
    record.endpoint = { ...endpoint, failingSinceMs: health.failingSinceMs, failures: health.failures };
    if (health.status === null || endpoint.status !== 'active') return;
    record.endpoint = { ...record.endpoint, status: health.status };
    const isDown = health.reason?.includes('nothing but failure') === true;
    if (answered.httpStatus !== 410 && isDown && record.failures < 2) {
      this.#fail(
        '17 pause',
        `endpoint ${endpoint.no} was ${health.status} at ${nowMs} for nothing but failure, after ${record.failures} failures`,
      );
    }
  }

  #end(one: Tracked, state: Exclude<Tracked['state'], 'open'>, nowMs: number): void {
    one.state = state;
    one.lease = null;
    one.endedAtMs = nowMs;
    one.replayNo = null;
  }

  #release(node: SimNode, keys: number[]): void {
    this.#fenced(node, 'a release');
    for (const key of keys) {
      const one = this.tracked.get(key);
      if (one?.state !== 'open' || one.lease !== node.epoch) continue;
      one.lease = null;
      // A process that stops gives back also what it has sent and waits for no longer.
      if (one.grants.get(node.epoch) === false) one.excused += 1;
      one.grants.set(node.epoch, false);
    }
  }

  #reclaim(node: SimNode, { held }: { held: number[] }): void {
    this.#fenced(node, 'a reclaim');
    for (const one of this.tracked.values()) {
      if (one.lease !== node.epoch || one.state !== 'open' || held.includes(one.key)) continue;
      one.lease = null;
      one.grants.set(node.epoch, false);
      if (this.#world.network.isInFlight(node, one.key))
        this.#fail('8 lease', `the lease of ${one.key} was given back while its request is under way`);
    }
  }

  #requeue(
    { accountNo, keys }: { accountNo: number; keys: number[] },
    { requeued }: { requeued: number },
  ): void {
    let moved = 0;
    for (const key of keys) {
      const one = this.tracked.get(key);
      if (one === undefined || one.event.accountNo !== accountNo || one.record.deleted || one.lease !== null)
        continue;
      moved += 1;
      if (one.state === 'open') one.notBeforeMs = 0;
      else this.#putBack(one, null);
    }
    if (moved !== requeued)
      this.#fail('13 replay', `${requeued} of ${keys.length} were put back instead of ${moved}`);
  }

  #putBack(one: Tracked, replayNo: number | null): void {
    if (one.state !== 'open') one.before = one.state;
    one.state = 'open';
    one.lease = null;
    one.tries = 0;
    one.notBeforeMs = 0;
    one.putBack = true;
    one.replayNo = replayNo;
  }

  #cancel({ key }: { key: number }, result: string): void {
    const one = this.tracked.get(key);
    if (one === undefined || one.record.deleted) return;
    if ((result === 'cancelled') !== (one.state === 'open'))
      this.#fail('3 state', `cancelling ${key}, which is ${one.state}, says ${result}`);
    if (result !== 'cancelled') return;
    if (one.lease !== null) one.excused += 1;
    this.#end(one, 'cancelled', this.#world.wallMs);
  }

  #createReplay({ filter }: { filter: ReplayFilter }, replay: Replay): void {
    const record = {
      replay,
      filter,
      upper: deliveryKey(this.#lastSeq + 1, 0),
      fed: replay.status === 'done',
    };
    this.replays.set(replay.no, record);
    const { length } = this.#matching(record);
    if (length !== replay.total)
      this.#fail('13 replay', `replay ${replay.no} counts ${replay.total} instead of ${length}`);
  }

  #matching({ replay, filter, upper }: ReplayRecord): Tracked[] {
    return [...this.tracked.values()].filter((one) => {
      if (one.event.accountNo !== replay.accountNo || one.record.deleted) return false;
      if (filter.keys !== null) return filter.keys.includes(one.key) && one.state !== 'open';
      if (one.state !== filter.state || one.key >= upper || one.endedAtMs > replay.startedAtMs) return false;
      return filter.endpointNo === null || one.record.endpoint.no === filter.endpointNo;
    });
  }

  #replayIs(replay: Replay | null): void {
    const record = replay === null ? undefined : this.replays.get(replay.no);
    if (record !== undefined && replay !== null) record.replay = replay;
  }

  #stepReplay({ no }: { no: number }, { replay, moved }: { replay: Replay; moved: number }): void {
    const record = this.replays.get(no)!;
    let expected = 0;
    if (record.replay.status === 'cancelled') {
      for (const one of this.tracked.values()) {
        if (one.replayNo !== no || one.state !== 'open' || one.lease !== null || one.record.deleted) continue;
        expected += 1;
        this.#end(one, one.before, one.endedAtMs);
      }
    } else if (!record.fed) {
      record.fed = true;
      for (const one of this.#matching(record)) {
        expected += 1;
        this.#putBack(one, no);
      }
    }
    this.#replayIs(replay);
    if (expected !== moved) this.#fail('13 replay', `replay ${no} moved ${moved} instead of ${expected}`);
  }

  #accountIs(account: Account): void {
    this.accounts.set(account.no, account);
  }

  #endpointIs(endpoint: Endpoint): void {
    const known = this.records.get(endpoint.no);
    if (known !== undefined) {
      known.before = known.endpoint;
      known.endpoint = endpoint;
      return;
    }
    const record: EndpointRecord = {
      endpoint,
      before: endpoint,
      deleted: false,
      stopped: false,
      acts: 0,
      unsure: false,
      failures: 0,
    };
    this.records.set(endpoint.no, record);
    this.byTag.set(tagOf(endpoint.url), record);
  }

  /** What was open there counts as cancelled; what was under way may still end. */
  #deleted(no: number, nowMs: number): void {
    const record = this.records.get(no)!;
    record.deleted = true;
    for (const one of this.tracked.values()) {
      if (one.record !== record || one.state !== 'open') continue;
      if (one.lease !== null) one.excused += 1;
      else this.#end(one, 'cancelled', nowMs);
    }
  }
}

/** The least wait after try number `tries`; infinite when none follows. */
function stepMs(policy: RetryPolicy, tries: number): number {
  if (policy.kind === 'schedule') return policy.delaysMs[tries - 1] ?? Number.POSITIVE_INFINITY;
  if (tries > policy.maxRetries) return Number.POSITIVE_INFINITY;
  return Math.min(policy.maxDelayMs, Math.round(policy.initialMs * policy.factor ** (tries - 1)));
}

export function tagOf(url: string): string {
  return url.slice('https://'.length, url.indexOf('.example'));
}
