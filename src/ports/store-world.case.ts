import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../core/attempt.ts';
import { deliveryKey, type Owed } from '../core/delivery.ts';
import type { Endpoint, NewEndpoint } from '../core/endpoint.ts';
import type { NewEvent } from '../core/event.ts';
import type { AcceptItem, AcceptResult, ClaimResult, Settlement, SettleResult, Store } from './store.ts';

type ItemChanges = Partial<Omit<AcceptItem, 'event'>> & { event?: Partial<NewEvent> };

export type OpenStore = () => Promise<{ store: Store; close(): Promise<void> }>;
/** A promise of every store: its name says what holds. */
export type Case = (promise: string, prove: (world: World) => Promise<void>) => void;

export const t0 = 1_700_000_000_000;

/** Tests of one part of the contract, each on a store of its own. */
export function casesFor(name: string, open: OpenStore): Case {
  return (promise, prove) => {
    test(`${name}: ${promise}`, async () => {
      const { store, close } = await open();
      try {
        await prove(await createWorld(store));
      } finally {
        await close();
      }
    });
  };
}

/** A store with one account, joined once, and short words for what the flow does with it. */
export class World {
  readonly store: Store;
  readonly accountNo: number;
  epoch = 0;
  version = 1;
  #made = 0;

  constructor(store: Store, accountNo: number) {
    this.store = store;
    this.accountNo = accountNo;
  }

  #id(prefix: string): string {
    this.#made += 1;
    return `${prefix}_${this.#made}`;
  }

  async join(nowMs = t0): Promise<Owed[]> {
    const { epoch, lost } = await this.store.join({ nodeName: 'here', nowMs });
    this.epoch = epoch;
    return lost;
  }

  async account(id: string): Promise<number> {
    const made = await this.store.createAccount({
      id,
      name: id,
      maxEndpoints: 10,
      notify: null,
      createdAtMs: t0,
      updatedAtMs: t0,
    });
    assert.notEqual(made, 'exists');
    return made === 'exists' ? 0 : made.account.no;
  }

  async endpoint(changes: Partial<NewEndpoint> = {}): Promise<Endpoint> {
    const made = await this.store.createEndpoint(
      newEndpoint({ accountNo: this.accountNo, id: this.#id('ep'), ...changes }),
      10_000,
    );
    assert.notEqual(made, 'too_many');
    if (made === 'too_many') throw new Error('too many endpoints');
    if (made.endpoint.accountNo === this.accountNo) this.version = made.version;
    return made.endpoint;
  }

  async update(no: number, changes: Parameters<Store['updateEndpoint']>[1]): Promise<void> {
    this.version = (await this.store.updateEndpoint(no, changes))!.version;
  }

  item(changes: ItemChanges = {}): AcceptItem {
    const endpointNos = changes.endpointNos ?? [];
    return {
      modes: endpointNos.map(() => 'queued'),
      dueAtMs: t0,
      directoryVersion: this.version,
      idempotency: null,
      inbound: null,
      ...changes,
      endpointNos,
      event: newEvent({ accountNo: this.accountNo, id: this.#id('evt'), ...changes.event }),
    };
  }

  async accept(items: AcceptItem[], nowMs = t0): Promise<AcceptResult[]> {
    return this.store.accept({ epoch: this.epoch, items, nowMs });
  }

  /** Stores one event and answers its position. */
  async stored(changes: ItemChanges = {}): Promise<number> {
    const [result] = await this.accept([this.item(changes)]);
    assert.equal(result!.kind, 'stored');
    return result!.kind === 'stored' ? result!.seq : 0;
  }

  /** Claims whatever is due at one endpoint. */
  async claim(
    endpointNo: number,
    nowMs = t0,
    take = { first: 100, retry: 100, replayed: 100 },
  ): Promise<ClaimResult> {
    return (await this.store.claim({ epoch: this.epoch, requests: [{ endpointNo, take }], nowMs }))[0]!;
  }

  async settle(settlements: Settlement[], nowMs = t0): Promise<SettleResult[]> {
    return this.store.settle({ epoch: this.epoch, settlements, nowMs });
  }

  /** Settles one attempt of something owed, with success if nothing else is said. */
  async end(
    owed: Owed,
    next: Settlement['next'] = { state: 'delivered' },
    nowMs = t0,
  ): Promise<SettleResult> {
    return (await this.settle([settlementOf(owed, next)], nowMs))[0]!;
  }

  async status(key: number): Promise<string | undefined> {
    return (await this.store.getDelivery(this.accountNo, key))?.delivery.status;
  }

  /** What a delivery that was begun at its accept is to its holder. */
  fresh(seq: number, endpointNo: number, place = 0): Owed {
    const event = { ...newEvent({ accountNo: this.accountNo }), seq };
    return {
      key: deliveryKey(seq, place),
      endpointNo,
      event,
      tries: 0,
      attempts: 0,
      startedAtMs: t0,
      replayNo: null,
      fresh: true,
    };
  }
}

async function createWorld(store: Store): Promise<World> {
  const made = await store.createAccount({
    id: 'default',
    name: 'Default',
    maxEndpoints: 10,
    notify: null,
    createdAtMs: t0,
    updatedAtMs: t0,
  });
  if (made === 'exists') throw new Error('the store under test is not empty');
  const world = new World(store, made.account.no);
  await world.join();
  return world;
}

export function settlementOf(
  owed: Owed,
  next: Settlement['next'],
  changes: Partial<Attempt> = {},
): Settlement {
  const failed = next.state !== 'delivered';
  const attempt = newAttempt({
    n: owed.attempts + 1,
    httpStatus: failed ? 500 : 200,
    error: failed ? 'http_status' : null,
    nextAttemptAtMs: next.state === 'open' ? next.dueAtMs : null,
    ...changes,
  });
  const { key, endpointNo, fresh, startedAtMs, replayNo } = owed;
  return {
    key,
    endpointNo,
    fresh,
    startedAtMs,
    replayNo,
    tries: owed.tries + 1,
    attempt,
    next,
    health: null,
  };
}

export function newAttempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    n: 1,
    atMs: t0,
    durationMs: 12,
    timings: ',,,11,1',
    httpStatus: 200,
    error: null,
    detail: '',
    url: 'https://shop.example/hooks',
    requestHeaders: ['content-type', 'application/json', 'webhook-id', 'evt_1'],
    bodyHead: '{"data":',
    bodyWithData: true,
    bodyTail: '}',
    responseHeaders: ['content-length', '2'],
    responseBody: 'ok',
    responseTruncated: false,
    nextAttemptAtMs: null,
    ...changes,
  };
}

export function newEvent(changes: Partial<NewEvent> = {}): NewEvent {
  return {
    accountNo: 1,
    id: 'evt_0',
    type: 'order.created',
    timestamp: '2023-11-14T22:13:20.000Z',
    data: '{"total":1}',
    reference: null,
    source: null,
    origin: 'api',
    traceId: null,
    received: null,
    createdAtMs: t0,
    ...changes,
  };
}

export function newEndpoint(changes: Partial<NewEndpoint> = {}): NewEndpoint {
  return {
    id: 'ep_0',
    accountNo: 1,
    url: 'https://shop.example/hooks',
    password: 'queue-credential',
    events: ['*'],
    description: '',
    profile: 'standard',
    status: 'active',
    statusReason: null,
    statusAtMs: t0,
    secrets: [{ value: 'whsec_cGxhaW4tc2VjcmV0', validUntilMs: null }],
    signWith: 'new',
    headers: { authorization: 'Bearer plain-credential' },
    retry: { kind: 'schedule', delaysMs: [1000], jitter: 0, giveUpAfterMs: null },
    timeoutMs: 10_000,
    ratePerSecond: null,
    concurrency: 16,
    ordered: false,
    filter: null,
    sources: null,
    notify: null,
    metadata: '{}',
    wire: null,
    failingSinceMs: null,
    failures: 0,
    createdAtMs: t0,
    updatedAtMs: t0,
    ...changes,
  };
}

/** Deliveries that ended so, one event each. */
export async function endedDeliveries(
  world: World,
  no: number,
  state: 'dead' | 'delivered',
  count: number,
  type = 'order.created',
): Promise<number[]> {
  const keys = [];
  for (let i = 0; i < count; i += 1) {
    const seq = await world.stored({
      event: { type, createdAtMs: t0 + i },
      endpointNos: [no],
      modes: ['begun'],
    });
    const owed = world.fresh(seq, no);
    await world.end(owed, { state });
    keys.push(owed.key);
  }
  return keys;
}
