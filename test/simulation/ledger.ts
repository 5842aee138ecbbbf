import type { Account } from '../../src/core/account.ts';
import { deliveryKey, type Owed } from '../../src/core/delivery.ts';
import type { Endpoint } from '../../src/core/endpoint.ts';
import { matchesType } from '../../src/core/match.ts';
import type { Replay } from '../../src/core/replay.ts';
import type { ReplayCount } from '../../src/ports/replay-store.ts';
import type {
  AcceptItem,
  AcceptResult,
  ClaimRequest,
  ClaimResult,
  Joined,
  SettleResult,
  Store,
} from '../../src/ports/store.ts';
import type { SimNode } from './node.ts';
import type { Published } from './publishers.ts';
import { Replays } from './replays.ts';
import { Settlements } from './settlements.ts';
import { type EndpointRecord, end, type Tracked, tagOf } from './tracked.ts';
import type { World } from './world.ts';

/** Behind an open breaker and a short line of its own. */
const promptMs = 30_000;

/** Watches every act of the store from outside and knows what each delivery must be; names the invariant that does not hold. */
export class Ledger {
  readonly #world: World;
  epoch = 0;
  readonly tracked = new Map<number, Tracked>();
  readonly byName = new Map<string, Tracked>();
  readonly records = new Map<number, EndpointRecord>();
  readonly byTag = new Map<string, EndpointRecord>();
  readonly accounts = new Map<number, Account>();
  readonly replays: Replays;
  readonly #settlements: Settlements;
  /** Position of the newest event. */
  lastSeq = 0;

  constructor(world: World) {
    this.#world = world;
    this.replays = new Replays(world, this);
    this.#settlements = new Settlements(world.kernel, this);
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
      settle: () => this.#settlements.settled(node, input, value as SettleResult[]),
      release: () =>
        this.#release(
          node,
          (input as { owed: Owed[] }).owed.map((one) => one.key),
        ),
      reclaim: () => this.#reclaim(node, input),
      requeue: () => this.replays.requeue(input, value as { requeued: number }),
      cancel: () => this.replays.cancel(input, value as { endpointNo: number } | string),
      countReplay: () => this.replays.countReplay(input, value as ReplayCount),
      createReplay: () => this.replays.createReplay(input, value as Replay),
      cancelReplay: () => this.replays.replayIs(value as Replay | null),
      stepReplay: () => this.replays.stepReplay(input, value as { replay: Replay; moved: number }),
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
      if (one.lease === null) continue;
      if (one.state !== 'open') {
        // Cancelled under way: nobody will ever know how its attempt ended.
        one.lease = null;
        one.excused += 1;
        continue;
      }
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
    for (const [i, item] of items.entries()) this.#accepted(node, item, results[i]!, nowMs);
  }

  #accepted(node: SimNode, item: AcceptItem, result: AcceptResult, nowMs: number): void {
    const event = this.#world.publishers.named(item.event);
    if (event === undefined) {
      this.#fail('1 bytes', `the stored event ${item.event.id} has other bytes than any that was published`);
      return;
    }
    if (result.kind === 'stale') return;
    if (result.kind !== 'stored') {
      if (event.seq === null)
        this.#fail('12 duplicate', `event ${event.n} is called ${result.kind} and was never stored`);
      return;
    }
    if (event.seq !== null) {
      this.#fail('12 duplicate', `event ${event.n} was stored twice, at ${event.seq} and ${result.seq}`);
      return;
    }
    if (result.seq <= this.lastSeq)
      this.#fail('order', `event ${event.n} got position ${result.seq} after ${this.lastSeq}`);
    this.lastSeq = result.seq;
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
    for (const [i, { endpointNo }] of requests.entries())
      this.#claimed(node, endpointNo, results[i]!.owed, nowMs);
  }

  #claimed(node: SimNode, endpointNo: number, owed: Owed[], nowMs: number): void {
    for (const { key, tries, attempts } of owed) {
      const one = this.tracked.get(key);
      if (one === undefined) {
        this.#fail('2 targets', `claimed ${key}, which nobody accepted`);
        return;
      }
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

  #release(node: SimNode, keys: number[]): void {
    this.#fenced(node, 'a release');
    for (const key of keys) {
      const one = this.tracked.get(key);
      if (one?.lease !== node.epoch) continue;
      // A process that stops gives back also what it has sent and waits for no longer.
      if (one.grants.get(node.epoch) === false) one.excused += 1;
      this.#givenBack(node, one);
    }
  }

  #reclaim(node: SimNode, { inHand }: { inHand: number[] }): void {
    this.#fenced(node, 'a reclaim');
    for (const one of this.tracked.values()) {
      if (one.lease !== node.epoch || inHand.includes(one.key)) continue;
      this.#givenBack(node, one);
      if (this.#world.network.isInFlight(node, one.key))
        this.#fail('8 lease', `the lease of ${one.key} was given back while its request is under way`);
    }
  }

  /** It was due, whatever the clock did since. */
  #givenBack(node: SimNode, one: Tracked): void {
    one.lease = null;
    one.grants.set(node.epoch, false);
    one.notBeforeMs = 0;
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
      else end(one, 'cancelled', nowMs);
    }
  }
}
