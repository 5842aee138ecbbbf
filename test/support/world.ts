import { createHash } from 'node:crypto';
import { compileSchema } from '../../src/adapters/schema/compile.ts';
import { nodeCrypto } from '../../src/adapters/system/crypto.ts';
import type { Account } from '../../src/core/account.ts';
import type { DeliveryView } from '../../src/core/delivery.ts';
import type { Endpoint } from '../../src/core/endpoint.ts';
import { type Administration, createAdministration } from '../../src/flow/administer.ts';
import { type Engine, startEngine } from '../../src/flow/engine.ts';
import type { Accepted, PublishOptions } from '../../src/flow/publish.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Sender } from '../../src/ports/sender.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import { ManualClock } from './clock.ts';
import { ScriptedSender } from './scripted-sender.ts';
import { type Fault, openTestStore } from './store.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The whole flow in one process: real core, flow and store, a clock moved by hand, a scripted network. */
export interface World {
  clock: ManualClock;
  sender: ScriptedSender;
  store: Store;
  engine: Engine;
  administration: Administration;
  account: Account;
  /** What the flow reported. */
  reports: string[];
  endpoint(body: Record<string, unknown>): Promise<Endpoint>;
  publish(event: Record<string, unknown>, options?: Partial<PublishOptions>): Promise<Accepted>;
  deliveries(): Promise<DeliveryView[]>;
  /** Kills the process without warning and starts another one on the same store. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

export const actor = { kind: 'key', name: 'test' } as const;

/** `network`: a sender in place of the scripted one. `disk`: what stands between the flow and the store. */
export async function openWorld(
  options: {
    fault?: Fault;
    retentionMs?: number;
    network?: (clock: ManualClock) => Sender;
    disk?: (store: Store, clock: ManualClock) => Store;
  } = {},
): Promise<World> {
  const clock = new ManualClock();
  const sender = new ScriptedSender(clock);
  const network = options.network?.(clock) ?? sender;
  const reports: string[] = [];
  const random = seededRandom(1);
  const telemetry: Telemetry = {
    accepted: ({ id }) => reports.push(`accepted ${id}`),
    received: ({ verdict }) => reports.push(`received ${verdict}`),
    attempted: ({ event, result }) => reports.push(`attempted ${event.id} ${result}`),
    endpointChanged: ({ status, reason }) => reports.push(`endpoint ${status}: ${reason}`),
    lost: ({ deliveryKey }) => reports.push(`lost ${deliveryKey}`),
    warn: (what) => reports.push(`warn ${what}`),
  };
  const store = await openTestStore(clock, options.fault);
  const start = (on: Store): Promise<Engine> =>
    startEngine({
      store: on,
      sender: network,
      clock,
      random,
      telemetry,
      crypto: nodeCrypto(),
      sha256,
      compileSchema,
      nodeName: 'test',
      version: '0.0.0',
      maxDataBytes: 256 * 1024,
      retentionMs: options.retentionMs ?? 30 * 86_400_000,
      fatal: (error) => reports.push(`fatal ${error.message}`),
    });
  const disk = (): Store => options.disk?.(store, clock) ?? store;
  let guard = guarded(disk());
  const world: World = {
    clock,
    sender,
    store,
    reports,
    engine: await start(guard.store),
    administration: undefined as never,
    account: undefined as never,
    async endpoint(body) {
      const all = { url: 'https://receiver.example/hooks', events: ['*'], ...body };
      return await world.administration.createEndpoint(world.account, all, {
        actor: actor as never,
        defaultProfile: 'standard',
      });
    },
    async publish(event, more = {}) {
      const accepting = world.engine.publisher.publish(
        world.account,
        JSON.stringify({ type: 'order.created', data: {}, ...event }),
        {
          idempotencyKey: null,
          traceparent: null,
          anyAccount: false,
          ...more,
        },
      );
      // Settled together: a refusal may come while the clock settles.
      await Promise.allSettled([accepting, clock.settle()]);
      return await accepting;
    },
    deliveries: async () =>
      (await store.listDeliveries(world.account.no, {}, { limit: 250, before: null })).rows,
    async crash() {
      guard.cut();
      guard = guarded(disk());
      world.engine = await start(guard.store);
      administer();
    },
    async close() {
      guard.cut();
      await store.close();
    },
  };
  function administer(): void {
    const { directory, dispatcher } = world.engine;
    world.administration = createAdministration({
      store: guard.store,
      directory,
      clock,
      random,
      policy: { dev: false, allowNetworks: [] },
      sha256,
      compileSchema,
      hooks: { sourceChanged: async () => {}, endpointChanged: (endpointNo) => dispatcher.nudge(endpointNo) },
    });
    world.account = directory.accountById('default')!;
  }
  administer();
  await clock.settle();
  return world;
}

/** The store as one process sees it: once the process is dead, nothing it asks for happens, and nothing answers it. */
function guarded(store: Store): { store: Store; cut(): void } {
  let alive = true;
  const never = new Promise<never>(() => {});
  const wrapped = Object.fromEntries(
    Object.entries(store).map(([name, act]) => [
      name,
      async (...input: unknown[]) => {
        if (!alive) return await never;
        return await Promise.resolve((act as (...all: unknown[]) => unknown)(...input)).then(
          (value) => (alive ? value : never),
          (error) => (alive ? Promise.reject(error) : never),
        );
      },
    ]),
  ) as unknown as Store;
  return {
    store: wrapped,
    cut: () => {
      alive = false;
    },
  };
}

function seededRandom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    number: next,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(next() * 256)),
  };
}
