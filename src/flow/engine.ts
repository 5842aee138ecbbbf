import type { Owed } from '../core/delivery.ts';
import type { StoreError } from '../core/errors.ts';
import * as limits from '../core/limits/accounts.ts';
import { drainMs } from '../core/limits/process.ts';
import { sortLost } from '../core/lost.ts';
import type { Crypto } from '../core/signing.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Sender } from '../ports/sender.ts';
import type { LaneStart, Store } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { Accepter } from './accept.ts';
import { Bins } from './bins.ts';
import { Certificates } from './certificates.ts';
import { Deliverer } from './deliver.ts';
import { type CompileSchema, Directory } from './directory.ts';
import { Dispatcher } from './dispatch.ts';
import { Doubt } from './doubt.ts';
import { inTime } from './in-time.ts';
import { Live } from './live.ts';
import { tellingStore, tellingTelemetry } from './live-changes.ts';
import { Member } from './member.ts';
import { Newcomers } from './newcomers.ts';
import { Publisher } from './publish.ts';
import { Puller } from './pull.ts';
import { Receiver } from './receive.ts';
import { Replayer } from './replay.ts';
import { Settler } from './settle.ts';
import { Sweeper } from './sweep.ts';
import { together } from './together.ts';
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
  publisher: Publisher;
  accepter: Accepter;
  deliverer: Deliverer;
  dispatcher: Dispatcher;
  replayer: Replayer;
  receiver: Receiver;
  puller: Puller;
  bins: Bins;
  live: Live;
  /** Deliveries that were under way when the predecessor died. */
  lost: number;
  /** Refuses new events, lets what is under way finish for up to `drainMs`, gives the rest back. */
  stop(): Promise<void>;
}

export async function startEngine(parts: EngineParts): Promise<Engine> {
  const { store, clock, random } = parts;
  const live = new Live({ clock, store });
  const telemetry = tellingTelemetry(parts.telemetry, live, () => directory);
  const { member, lost } = await Member.join({
    clock,
    telemetry,
    store,
    nodeName: parts.nodeName,
    tookOver(found) {
      void takeUp(found).then(catchUp);
    },
    look: () => void catchUp(),
  });
  const directory = new Directory(await store.directory(), parts.compileSchema);
  if (directory.accountById('default') === null) await makeDefaultAccount(store, directory, clock.nowMs());

  const doubt = new Doubt({
    clock,
    inHand: () => [
      ...dispatcher.underWay.all().map(({ owed }) => owed.key),
      ...dispatcher.standby.keys(),
      ...settler.settling.all(),
    ],
    reclaim: (inHand) => member.during((epoch) => store.reclaim({ epoch, inHand, nowMs: clock.nowMs() })),
    resolved: (starts) => void readAll(starts),
    fatal: parts.fatal,
    warn: telemetry.warn,
  });
  const settler = new Settler({
    clock,
    directory,
    doubt,
    store: together((settlements) =>
      member.during((epoch) => store.settle({ epoch, settlements, nowMs: clock.nowMs() })),
    ),
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
    telemetry,
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
      return await doubt.during(() =>
        member.during((epoch) => store.claim({ epoch, requests, nowMs: clock.nowMs() })),
      );
    },
    release,
    unsent: (endpointNo, dueAtMs) => {
      if (directory.endpoint(endpointNo) === null) puller.gone(endpointNo);
      else puller.note(endpointNo, dueAtMs);
    },
    holds: () => member.holds,
    deliver: (owed, endpoint, ended) => void deliverer.deliver(owed, endpoint, ended),
  });
  const accepter = new Accepter({
    ...parts,
    telemetry,
    directory,
    dispatcher,
    doubt,
    store: (items) =>
      doubt.during(() => member.during((epoch) => store.accept({ epoch, items, nowMs: clock.nowMs() }))),
    refresh,
    orderHeard(accountNo, { reference, sourceId, state }) {
      live.say(accountNo, {
        kind: 'order',
        id: null,
        reference,
        source: sourceId,
        ...(state && { status: state }),
      });
      parts.hooks?.orderHeard();
    },
    signalled: () => parts.hooks?.signalled(),
    isShared: member.isShared,
  });
  const publisher = new Publisher({ ...parts, directory, accepter });
  const watcher = new Watcher({
    clock,
    underWay: () => dispatcher.underWay.all(),
    moveToSlow: (one) => dispatcher.moveToSlow(one),
    standby: () => dispatcher.standby,
    spill: (owed, lowSeq) =>
      member.during((epoch) => store.spill({ epoch, owed, lowSeq, nowMs: clock.nowMs() })),
    nextSeq: () => accepter.nextSeq,
    settling: () => settler.settling.all(),
    fatal: parts.fatal,
  });
  const watched = raisingDoubt(
    tellingStore(store, live, () => directory),
    doubt,
  );
  const replayer = new Replayer({
    clock,
    random,
    telemetry,
    store: watched,
    nudge: (endpointNo) => dispatcher.nudge(endpointNo),
  });
  const puller: Puller = new Puller({ clock, store: watched, directory, warn: telemetry.warn });
  const bins = new Bins({ clock, random, store: watched });
  const certificates = new Certificates(parts);
  const newcomers = member.isShared ? new Newcomers({ clock, store, directory, refresh }) : null;
  const receiver = new Receiver({
    ...parts,
    telemetry,
    store: watched,
    directory,
    accepter,
    certificates,
    newcomers,
  });
  const sweeper = new Sweeper({ clock, telemetry, store, retentionMs: parts.retentionMs });

  /** Acts that nobody was told of may have changed endpoints, begun replays and put deliveries back. */
  async function readAll(starts: LaneStart[]): Promise<void> {
    try {
      await refresh();
      await replayer.start();
      for (const { endpointNo } of starts) dispatcher.look(endpointNo);
    } catch (error) {
      doubt.raise(error);
    }
  }

  /** Another node left work, or may have. Who is away now hears of it again when it is back. */
  async function catchUp(): Promise<void> {
    try {
      dispatcher.start(await store.lanes());
      await replayer.start();
    } catch (error) {
      telemetry.warn('what others left could not be looked up; it is looked up again', {
        cause: String(error),
      });
    }
  }

  /** What a node that died had under way or in its memory. */
  async function takeUp(found: Owed[]): Promise<void> {
    const concurrencyOf = (endpointNo: number): number => directory.endpoint(endpointNo)?.concurrency ?? 0;
    const { underWay, waited } = sortLost(found, concurrencyOf);
    for (const one of underWay) void deliverer.lost(one);
    if (waited.length > 0) await release(waited);
  }

  async function refresh(): Promise<void> {
    await directory.refresh(() => store.directory());
  }

  /** Another node changed the directory. */
  const changed = inTurn(async () => {
    try {
      await refresh();
      dispatcher.refreshed();
    } catch (error) {
      telemetry.warn('what others changed could not be read; an event that needs it reads it', {
        cause: String(error),
      });
    }
  });

  /** A failure raises doubt, and what was to be given back is found by its resolution. */
  async function release(owed: Owed[]): Promise<void> {
    try {
      await doubt.during(() =>
        member.during((epoch) => store.release({ epoch, owed, nowMs: clock.nowMs() })),
      );
    } catch (error) {
      telemetry.warn('work could not be given back; it will be found again', { cause: String(error) });
    }
  }

  await takeUp(lost);
  dispatcher.start(await store.lanes());
  await replayer.start();
  watcher.start();
  sweeper.start();
  puller.start();
  member.start();
  store.watch((news) => void (news === 'directory' ? changed() : catchUp()));

  return {
    store: watched,
    directory,
    publisher,
    accepter,
    deliverer,
    dispatcher,
    replayer,
    receiver,
    puller,
    bins,
    live,
    lost: lost.length,
    async stop() {
      puller.stop();
      bins.stop();
      live.stop();
      replayer.stop();
      sweeper.stop();
      watcher.stop();
      const drained = Promise.all([accepter.stop(), dispatcher.stop()]).then(() => settler.idle());
      await inTime(clock, drainMs, drained);
      doubt.stop();
      settler.stop();
      await deliverer.abandon(dispatcher.underWay.all().map((one) => one.owed));
      await settler.idle();
      await receiver.idle();
      member.stop();
    },
  };
}

/** Once at a time; what is asked for meanwhile is done once more afterwards, for it may be about something newer. */
function inTurn(act: () => Promise<void>): () => Promise<void> {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      await act();
    }
    running = false;
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
