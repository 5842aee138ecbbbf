import { StoreError, SurehookError } from '../../src/core/errors.ts';
import type { NewEvent } from '../../src/core/event.ts';
import type { Prng } from './prng.ts';
import { canaries } from './weather.ts';
import type { World } from './world.ts';

/** One event that somebody wants told, and what they were told about it. */
export interface Published {
  n: number;
  accountNo: number;
  accountId: string;
  id: string | null;
  idempotencyKey: string | null;
  type: string;
  reference: string | null;
  total: number;
  data: string;
  body: string;
  deliverAtMs: number | null;
  /** Position in the store, once it is there. */
  seq: number | null;
  storedId: string | null;
  /** Id in the first answer that left a node. */
  ackedId: string | null;
  heard: boolean;
}

/** Publishers: they send until they hear an answer that promises something, always with the same id or key. */
export class Publishers {
  readonly #world: World;
  readonly #prng: Prng;
  readonly all: Published[] = [];
  readonly #byData = new Map<string, Published>();

  constructor(world: World) {
    this.#world = world;
    this.#prng = world.kernel.prng.fork();
  }

  get allHeard(): boolean {
    return this.all.every((one) => one.heard);
  }

  /** Which of the published ones is this? By its data, whose bytes nobody may change. */
  named(event: Pick<NewEvent, 'data' | 'accountNo' | 'type'>): Published | undefined {
    const found = this.#byData.get(event.data);
    return found?.accountNo === event.accountNo && found.type === event.type ? found : undefined;
  }

  publish(accountNo: number, atMs: number): void {
    const { ledger, kernel } = this.#world;
    const prng = this.#prng;
    const n = this.all.length + 1;
    const named = prng.chance(0.7);
    const reference = prng.chance(0.6) ? `order-${prng.between(1, 3)}` : null;
    const total = prng.pick([0, 20, 50, 99]);
    const type = prng.pick(['order.created', 'order.paid', 'payment.done']);
    // Numbers, spaces and order that a parser would not keep.
    const data = `{"simulated":${n}, "amount":1.0,"big":12345678901234567890,"total":${total},"z":"\\u00e9é","a":-0}`;
    const one: Published = {
      n,
      accountNo,
      accountId: ledger.accounts.get(accountNo)!.id,
      id: named ? `event-${n}` : null,
      idempotencyKey: named && prng.chance(0.7) ? null : `key-${n}`,
      type,
      reference,
      total,
      data,
      body: '',
      deliverAtMs: null,
      seq: null,
      storedId: null,
      ackedId: null,
      heard: false,
    };
    this.all.push(one);
    this.#byData.set(data, one);
    kernel.at(atMs, () => {
      const later = prng.chance(0.15) ? this.#world.wallMs + prng.between(1, 10 * 3_600_000) : null;
      const parts = {
        id: one.id,
        type,
        reference,
        deliverAt: later === null ? null : new Date(later).toISOString(),
      };
      one.deliverAtMs = later;
      one.body = `${JSON.stringify(parts).slice(0, -1)},"data":${data}}`;
      this.#send(one);
    });
  }

  #send(one: Published): void {
    const { kernel, chaos, weather } = this.#world;
    const prng = this.#prng;
    const node = this.#world.front;
    if (node?.running == null) return void kernel.after(prng.between(500, 8000), () => this.#send(one));
    let waits = true;
    const again = (afterMs: number): void => {
      if (!waits) return;
      waits = false;
      kernel.after(afterMs, () => this.#send(one));
    };
    kernel.after(30_000, () => again(prng.between(0, 5000)));
    node.enter(() => {
      const { directory, publisher } = node.running!.engine;
      const account = directory.accountById(one.accountId)!;
      const options = { anyAccount: false, idempotencyKey: one.idempotencyKey, traceparent: null };
      publisher.publish(account, one.body, options).then(
        (accepted) => {
          kernel.trace(`${node.name} says ${accepted.status} to event ${one.n}`);
          this.#acknowledged(one, accepted);
          if (chaos && prng.chance(weather.answerLost)) return;
          kernel.after(prng.between(0, 20), () => {
            if (!waits) return;
            waits = false;
            one.heard = true;
            if (prng.chance(weather.sentTwice))
              kernel.after(prng.between(0, 3_600_000), () => this.#send(one));
          });
        },
        (error: unknown) => {
          this.#refused(one, error);
          again(prng.between(200, 10_000));
        },
      );
    });
  }

  #acknowledged(
    one: Published,
    accepted: { status: number; event: { id: string; deliveries: number }; conflict: boolean },
  ): void {
    const { kernel } = this.#world;
    if (one.seq === null) kernel.fail('1 acknowledged', `event ${one.n} was acknowledged and is not stored`);
    if (accepted.event.id !== one.storedId)
      kernel.fail(
        '12 duplicate',
        `event ${one.n} is ${one.storedId} and was answered as ${accepted.event.id}`,
      );
    if (accepted.conflict) kernel.fail('12 duplicate', `event ${one.n} was called a conflict with itself`);
    const targets = [...this.#world.ledger.byName.values()].filter((each) => each.event === one).length;
    if (accepted.event.deliveries !== targets)
      kernel.fail(
        '2 targets',
        `event ${one.n} has ${targets} deliveries and was answered with ${accepted.event.deliveries}`,
      );
    one.ackedId = accepted.event.id;
  }

  #refused(one: Published, error: unknown): void {
    const { kernel } = this.#world;
    const text = String(error);
    if (canaries.some((canary) => text.includes(canary))) kernel.fail('20 secrets', `in an answer: ${text}`);
    // 503; and 409 while the first request of an idempotency key is still under way.
    const code = error instanceof SurehookError ? error.code : null;
    const isAway = error instanceof StoreError || code === 'unavailable';
    if (code === 'conflict' && one.idempotencyKey !== null) return;
    if (!isAway) kernel.fail('accept', `event ${one.n} was refused: ${text}`);
  }
}
