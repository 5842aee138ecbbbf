import type { Owed } from '../core/delivery.ts';
import type { StoreError } from '../core/errors.ts';
import * as limits from '../core/limits.ts';
import type { Crypto } from '../core/signing.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Sender } from '../ports/sender.ts';
import type { LaneStart, Store } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { Accepter } from './accept.ts';
import { Certificates } from './certificates.ts';
import { Deliverer } from './deliver.ts';
import { type CompileSchema, Directory } from './directory.ts';
import { Dispatcher } from './dispatch.ts';
import { Doubt } from './doubt.ts';
import { Puller } from './pull.ts';
import { Receiver } from './receive.ts';
import { Replayer } from './replay.ts';
import { Settler } from './settle.ts';
import { Sweeper } from './sweep.ts';
import { Watcher } from './watch.ts';

/** The world that the engine runs in, and what it is told. */
export interface EngineParts {
  store: Store;
  sender: Sender;
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
  crypto: Crypto;
  sha256(content: Uint8Array | string): string;
  compileSchema: CompileSchema;
  nodeName: string;
  version: string;
  maxDataBytes: number;
  retentionMs: number;
  /** Something was stored that people want to hear of, or that the tracker follows. Must not throw. */
  hooks?: { signalled(): void; orderHeard(): void };
  /** Going on could lie about what is on disk: the process must end. */
  fatal(error: StoreError): void;
}

/** The whole flow, put together and running. */
export interface Engine {
  /** The store for acts of people: one whose outcome is unknown raises doubt, so that what it may have done is found. */
  store: Store;
  directory: Directory;
  accepter: Accepter;
  deliverer: Deliverer;
  dispatcher: Dispatcher;
  replayer: Replayer;
  receiver: Receiver;
  puller: Puller;
  /** Deliveries that were under way when the predecessor died. */
  lost: number;
  /** Refuses new events, lets what is under way finish for up to `limits.drainMs`, gives the rest back. */
  stop(): Promise<void>;
}

export async function startEngine(parts: EngineParts): Promise<Engine> {
  const { store, clock, random, telemetry } = parts;
  const { epoch, lost } = await store.join({ nodeName: parts.nodeName, nowMs: clock.nowMs() });
  const directory = new Directory(await store.directory(), parts.compileSchema);
  if (directory.accountById('default') === null) await makeDefaultAccount(store, directory, clock.nowMs());

  const doubt = new Doubt({
    clock,
    held: () => [...dispatcher.underWay.keys(), ...settler.held],
    reclaim: (held) => store.reclaim({ epoch, held, nowMs: clock.nowMs() }),
    resolved: (starts) => void catchUp(starts),
    fatal: parts.fatal,
    warn: telemetry.warn,
  });
  const settler = new Settler({
    clock,
    directory,
    doubt,
    store: async (settlement) =>
      (await store.settle({ epoch, settlements: [settlement], nowMs: clock.nowMs() }))[0]!,
    stopped: (endpointNo, health) => {
      const endpoint = directory.endpoint(endpointNo)!;
      telemetry.endpointChanged({
        endpointId: endpoint.id,
        accountId: directory.account(endpoint.accountNo)?.id ?? '',
        status: health.status!,
        reason: health.reason!,
      });
    },
  });
  const deliverer = new Deliverer({
    ...parts,
    directory,
    settler,
    release,
    settled: (endpointNo, line, dueAtMs) => dispatcher.note(endpointNo, line, dueAtMs),
  });
  const dispatcher: Dispatcher = new Dispatcher({
    clock,
    directory,
    claim: async (requests) => {
      await doubt.gone();
      return await doubt.during(() => store.claim({ epoch, requests, nowMs: clock.nowMs() }));
    },
    release,
    unsent: (endpointNo, dueAtMs) => {
      if (directory.endpoint(endpointNo) !== null) puller.note(endpointNo, dueAtMs);
    },
    deliver: (owed, endpoint, ended) => void deliverer.deliver(owed, endpoint, ended),
  });
  const accepter = new Accepter({
    ...parts,
    directory,
    dispatcher,
    doubt,
    store: async (item) => (await store.accept({ epoch, items: [item], nowMs: clock.nowMs() }))[0]!,
    refresh,
    orderHeard: () => parts.hooks?.orderHeard(),
    signalled: () => parts.hooks?.signalled(),
  });
  const watcher = new Watcher({
    clock,
    underWay: () => dispatcher.underWay.values(),
    moveToSlow: (one) => dispatcher.moveToSlow(one),
    spill: (owed, lowSeq) => store.spill({ epoch, owed, lowSeq, nowMs: clock.nowMs() }),
    nextSeq: () => accepter.nextSeq,
    held: () => settler.held,
    fatal: parts.fatal,
  });
  const watched = raisingDoubt(store, doubt);
  const replayer = new Replayer({
    clock,
    random,
    telemetry,
    store: watched,
    nudge: (endpointNo) => dispatcher.nudge(endpointNo),
  });
  const puller: Puller = new Puller({ clock, store: watched, directory, warn: telemetry.warn });
  const certificates = new Certificates(parts);
  const receiver = new Receiver({ ...parts, store: watched, directory, accepter, certificates });
  const sweeper = new Sweeper({ clock, telemetry, store, retentionMs: parts.retentionMs });

  /** Acts that nobody was told of may have changed endpoints, begun replays and put deliveries back. */
  async function catchUp(starts: LaneStart[]): Promise<void> {
    try {
      await refresh();
      await replayer.start();
      for (const { endpointNo } of starts) dispatcher.look(endpointNo);
    } catch (error) {
      doubt.raise(error);
    }
  }

  async function refresh(): Promise<void> {
    await directory.refresh(() => store.directory());
  }

  /** A failure raises doubt, and what was to be given back is found by its resolution. */
  async function release(owed: Owed[]): Promise<void> {
    try {
      await doubt.during(() => store.release({ epoch, owed, nowMs: clock.nowMs() }));
    } catch (error) {
      telemetry.warn('work could not be given back; it will be found again', { cause: String(error) });
    }
  }

  for (const one of lost) void deliverer.lost(one);
  dispatcher.start(await store.lanes());
  await replayer.start();
  watcher.start();
  sweeper.start();
  puller.start();

  return {
    store: watched,
    directory,
    accepter,
    deliverer,
    dispatcher,
    replayer,
    receiver,
    puller,
    lost: lost.length,
    async stop() {
      puller.stop();
      replayer.stop();
      sweeper.stop();
      watcher.stop();
      const drained = Promise.all([accepter.stop(), dispatcher.stop()]).then(() => deliverer.idle());
      let cancel = (): void => {};
      const late = new Promise<void>((resolve) => {
        cancel = clock.after(limits.drainMs, resolve);
      });
      await Promise.race([drained, late]);
      cancel();
      doubt.stop();
      settler.stop();
      await deliverer.abandon([...dispatcher.underWay.values()].map((one) => one.owed));
      await deliverer.idle();
      await receiver.idle();
    },
  };
}

/** The same store. Acts of people are not on the fast way of an event, so each is wrapped when it is asked for. */
function raisingDoubt(store: Store, doubt: Doubt): Store {
  return new Proxy(store, {
    get(target, name) {
      const act = target[name as keyof Store] as (...input: unknown[]) => Promise<unknown>;
      return async (...input: unknown[]): Promise<unknown> => {
        try {
          return await act.apply(target, input);
        } catch (error) {
          doubt.raise(error);
          throw error;
        }
      };
    },
  });
}

/** The account that everything belongs to where nobody speaks of accounts. */
async function makeDefaultAccount(store: Store, directory: Directory, nowMs: number): Promise<void> {
  const account = {
    id: 'default',
    name: 'Default',
    maxEndpoints: limits.endpointsPerAccountDefault,
    notify: null,
  };
  const made = await store.createAccount({ ...account, createdAtMs: nowMs, updatedAtMs: nowMs });
  if (made !== 'exists') directory.setAccount(made.account, made.version);
}
