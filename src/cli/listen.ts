import { parseDuration } from '../core/duration.ts';
import { SurehookError } from '../core/errors.ts';
import type { Crypto } from '../core/signing.ts';
import type { Io } from './io.ts';
import { type Fault, Forwarder, faults, type SendLocally } from './listen-forward.ts';
import { type Ask, type Message, Queue, type QueueSettings, removeQueue } from './listen-queue.ts';
import { eventsOf, type Forward, readForward, targetsOf } from './listen-routes.ts';

export interface ListenOptions {
  /** Each `[PATTERN=]URL`. */
  forward?: readonly string[] | undefined;
  /** Each `src_…`, or `*`; none: what is published by API, and every source. */
  source?: readonly string[] | undefined;
  name: string;
  profile?: string | undefined;
  secret?: string | undefined;
  /** Each one of `faults`. */
  fault?: readonly string[] | undefined;
  /** So many events, or a duration. */
  exitAfter?: string | undefined;
  /** Takes what is kept on the server away instead. */
  remove?: boolean | undefined;
}

/** What a command that listens may do to the outside. */
export interface ListenWorld extends Io {
  ask: Ask;
  send: SendLocally;
  /** Resolves after so long, at once when it is stopped. */
  wait(ms: number): Promise<void>;
  nowMs(): number;
  crypto: Crypto;
  stopped: AbortSignal;
  stop(): void;
  /** Calls with each key that a person presses; does nothing where there is no terminal. */
  onKey(pressed: (key: string) => void): void;
}

const askWaitS = 20;
const awayMs = 1000;

/**
 * `surehook listen`: hands a running server's events on to this machine, over connections that go out. What is not acknowledged stays
 * on the server: a stop, a restart of either side and a lost connection lose nothing. Exit code 0; 1 when `--exit-after` ended it and a
 * receiver did not do as it should; 2 when the command line is not right.
 */
export async function runListen(options: ListenOptions, world: ListenWorld): Promise<number> {
  const read = readOptions(options);
  if ('problem' in read) {
    world.err(read.problem);
    return 2;
  }
  const { forwards, given, end } = read;
  const forwarder = new Forwarder(world, given);
  const listener = new Listener(world, forwarder, forwards, end);
  try {
    if (options.remove === true) return await forget(options, world);
    for (const settings of queuesFor(options, forwards)) await listener.open(settings);
  } catch (error) {
    if (error instanceof SurehookError) throw error;
    world.err(
      `No answer from the server: ${(error as Error).message}. Is it running? Its address is given with --url.`,
    );
    return 1;
  }
  world.onKey((key) => {
    if (key === 'q' || key === '\u0003') world.stop();
    else void forwarder.press(key);
  });
  if (end !== null && 'afterMs' in end) void world.wait(end.afterMs).then(() => world.stop());
  return await listener.run();
}

type End = { events: number } | { afterMs: number };

function readOptions({
  forward = [],
  fault = [],
  exitAfter,
}: ListenOptions): { forwards: Forward[]; given: Fault[]; end: End | null } | { problem: string } {
  const forwards: Forward[] = [];
  for (const text of forward) {
    const read = readForward(text);
    if ('problem' in read) return read;
    forwards.push(read);
  }
  const unknown = fault.find((name) => !(faults as readonly string[]).includes(name));
  if (unknown !== undefined) return { problem: `--fault ${unknown}: known are ${faults.join(', ')}.` };
  const given = fault as readonly Fault[] as Fault[];
  if (exitAfter === undefined) return { forwards, given, end: null };
  if (/^[1-9]\d{0,8}$/.test(exitAfter)) return { forwards, given, end: { events: Number(exitAfter) } };
  const afterMs = parseDuration(exitAfter);
  return afterMs === null
    ? { problem: `--exit-after ${exitAfter}: give a number of events, like 3, or a duration, like 30s.` }
    : { forwards, given, end: { afterMs } };
}

/** What is published and what comes through sources is told by different endpoints, so that takes two queues. */
function queuesFor(options: ListenOptions, forwards: readonly Forward[]): QueueSettings[] {
  const { source = [], name, profile, secret = null } = options;
  const events = eventsOf(forwards);
  const published = { name, events, sources: null, profile: profile ?? 'standard', secret };
  const received = {
    name: source.length > 0 ? name : `${name} (sources)`,
    events,
    sources: source.length > 0 ? [...source] : ['*'],
    profile: profile ?? 'original',
    secret: profile === undefined || profile === 'original' ? null : secret,
  };
  return source.length > 0 ? [received] : [published, received];
}

async function forget({ name }: ListenOptions, world: ListenWorld): Promise<number> {
  const removed = [await removeQueue(world.ask, name), await removeQueue(world.ask, `${name} (sources)`)];
  world.out(
    removed.includes(true)
      ? `Nothing waits under the name ${name} any more.`
      : `Nothing was kept under the name ${name}.`,
  );
  return 0;
}

interface Opened {
  queue: Queue;
  settings: QueueSettings;
}

/** Runs the queues until it is stopped, or has seen as many events as it should. */
class Listener {
  readonly #world: ListenWorld;
  readonly #forwarder: Forwarder;
  readonly #forwards: readonly Forward[];
  readonly #end: End | null;
  readonly #opened: Opened[] = [];
  /** Of messages that are not done: where they were handed on to already. */
  readonly #reached = new Map<string, Set<string>>();
  #seen = 0;
  #isAway = false;

  constructor(world: ListenWorld, forwarder: Forwarder, forwards: readonly Forward[], end: End | null) {
    this.#world = world;
    this.#forwarder = forwarder;
    this.#forwards = forwards;
    this.#end = end;
  }

  async open(settings: QueueSettings): Promise<void> {
    const { out, ask } = this.#world;
    const queue = await Queue.open(ask, settings);
    this.#opened.push({ queue, settings });
    const what = settings.sources === null ? 'what is published' : `sources ${settings.sources.join(', ')}`;
    const since = queue.isNew ? 'from now on' : 'from where it ended last';
    const signed =
      settings.profile === 'original'
        ? "the provider's own bytes and headers"
        : `profile ${settings.profile}, secret ${queue.secret}`;
    out(`Listening to ${what} (${settings.events.join(', ')}) ${since}: ${signed}`);
  }

  async run(): Promise<number> {
    const { out } = this.#world;
    for (const { pattern, url } of this.#forwards) out(`  ${pattern ?? '*'} → ${url}`);
    await Promise.all(this.#opened.map((opened) => this.#runQueue(opened)));
    await this.#forwarder.flush();
    return this.#end !== null && this.#forwarder.isWrong ? 1 : 0;
  }

  async #runQueue({ queue, settings }: Opened): Promise<void> {
    const { stopped } = this.#world;
    while (!stopped.aborted) {
      await this.#reachable(async () => {
        const message = await queue.next(askWaitS);
        if (message !== null) await this.#take(message, queue, settings);
      });
    }
  }

  /** A server that is not there is waited for; what it refuses ends everything. */
  async #reachable(act: () => Promise<void>): Promise<void> {
    const { err, wait, stopped } = this.#world;
    try {
      await act();
      if (this.#isAway) err('The server is there again.');
      this.#isAway = false;
    } catch (error) {
      if (stopped.aborted) return;
      if (error instanceof SurehookError) throw error;
      if (!this.#isAway)
        err(`The server is not there (${(error as Error).message}); what comes meanwhile waits.`);
      this.#isAway = true;
      await wait(awayMs);
    }
  }

  async #take(message: Message, queue: Queue, settings: QueueSettings): Promise<void> {
    const reached = this.#reached.get(message.id) ?? new Set();
    this.#reached.set(message.id, reached);
    const targets = targetsOf(this.#forwards, message.type).filter((url) => !reached.has(url));
    const signer = { profile: settings.profile, secret: queue.secret };
    if (targets.length === 0 && reached.size === 0) this.#forwarder.show(message, signer);
    for (const url of targets) {
      if (await this.#forwarder.handOn(message, url, signer)) reached.add(url);
      else {
        await queue.later(message, laterS);
        return;
      }
    }
    this.#reached.delete(message.id);
    this.#seen += 1;
    await this.#doneWith(message, queue);
  }

  async #doneWith(message: Message, queue: Queue): Promise<void> {
    const isLast = this.#end !== null && 'events' in this.#end && this.#seen >= this.#end.events;
    await queue.done(message);
    if (isLast) this.#world.stop();
  }
}

/** A receiver that is not there gets a message again after this long. */
const laterS = 2;
