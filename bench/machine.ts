import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nowMs, sleep } from './clock.ts';
import type { Load, Sent } from './generator.ts';
import type { ClientLoad, ClientSent } from './limits/bare-client.ts';
import { Postgres } from './postgres.ts';
import { Process } from './processes.ts';
import type { Expected, Received } from './receiver.ts';
import { Server } from './server.ts';
import type { Summary } from './summary.ts';

/** How long a run waits for deliveries after the last event was sent, before what is missing counts as lost. */
const arriveWithinMs = 30_000;

export interface Measured {
  sent: Sent;
  received: Received;
}

export interface MachineOptions {
  /** Where databases lie; null: in the system's temporary folder. */
  folder: string | null;
  quick: boolean;
  /** Of a PostgreSQL server to measure on; null: one is brought. */
  url: string | null;
}

/** The processes of a run and what they do together. Everything it started ends with it. */
export class Machine {
  readonly folder: string;
  readonly quick: boolean;
  readonly #options: MachineOptions;
  readonly #ended: (() => Promise<void>)[] = [];
  #generator: Process | null = null;
  #limits = new Map<string, Process>();
  readonly receivers = new Map<'http' | 'https', { process: Process; port: number }>();
  #run = 0;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.folder = mkdtempSync(join(options.folder ?? tmpdir(), 'bench-of-surehook-'));
    this.quick = options.quick;
  }

  /** Full length, or the short one of a quick run. */
  ms(full: number, quick = full / 4): number {
    return this.quick ? quick : full;
  }

  /** How often a measurement is repeated, in turn with those it is compared to. */
  get rounds(): number {
    return this.quick ? 1 : 5;
  }

  /** A number of its own for each measurement, so that late deliveries are never taken for new ones. */
  nextRun(): number {
    this.#run += 1;
    return this.#run;
  }

  async server(logLevel = 'warn', args: string[] = []): Promise<Server> {
    const server = await Server.start({ folder: this.folder, logLevel, args });
    this.#ended.push(() => server.stop());
    return server;
  }

  /** A node on this database: the URL of a PostgreSQL one, or a SQLite file. */
  async node(database: string): Promise<Server> {
    const node = await Server.start({ folder: this.folder, logLevel: 'warn', database });
    this.#ended.push(() => node.stop());
    return node;
  }

  /** One server for the run: the one at this URL, or one of its own on the disk that is measured. */
  async postgres(): Promise<Postgres> {
    const { url, folder } = this.#options;
    const postgres = await Postgres.start({ url, folder: folder ?? tmpdir() });
    this.#ended.push(() => postgres.stop());
    return postgres;
  }

  async receiver(
    scheme: 'http' | 'https' = 'http',
  ): Promise<{ process: Process; port: number; origin: string }> {
    let found = this.receivers.get(scheme);
    if (found === undefined) {
      const process = this.#process(new URL('./receiver.ts', import.meta.url));
      found = { process, port: await process.ask<number>('listen', { tls: scheme === 'https' }) };
      this.receivers.set(scheme, found);
    }
    return { ...found, origin: `${scheme}://127.0.0.1:${found.port}` };
  }

  /** Sends this load and waits until everything that was accepted has arrived. */
  async measure(
    load: Load,
    options: { expected: Omit<Expected, 'events'>; scheme?: 'http' | 'https'; during?: () => Promise<void> },
  ): Promise<Measured> {
    const { process: receiver } = await this.receiver(options.scheme);
    const { expected } = options;
    await receiver.ask('expect', { ...expected, events: load.events } satisfies Expected);
    const generator = this.#generatorProcess();
    receiver.onTold = (told) => generator.tell(Math.floor(told / expected.fanOut));
    const [sent] = await Promise.all([this.generate(load), options.during?.()]);
    receiver.onTold = () => {};
    await receiver.ask('trim', sent.events);
    const wanted = wantedOf(sent, expected);
    for (const untilMs = nowMs() + arriveWithinMs; nowMs() < untilMs; await sleep(10)) {
      if ((await receiver.ask<number>('received')) >= wanted) break;
    }
    const paced =
      'ratePerSecond' in load.pace ? { startMs: sent.startMs, ratePerSecond: load.pace.ratePerSecond } : null;
    return { sent, received: await receiver.ask<Received>('report', { paced, refused: sent.refused }) };
  }

  /** Sends a load that nothing is delivered of. */
  generate(load: Load): Promise<Sent> {
    return this.#generatorProcess().ask<Sent>('run', load);
  }

  /** The bare HTTP server under the same load as an accept. */
  async bareServer(load: Omit<Load, 'port'>): Promise<Sent> {
    const process = this.#limit('bare-server');
    const port = await process.ask<number>('listen');
    const sent = await this.generate({ ...load, port });
    await process.end();
    this.#limits.delete('bare-server');
    return sent;
  }

  /** The bare client against the same receiver, every id counted there, too. */
  async bareClient(
    scheme: 'http' | 'https',
    load: Omit<ClientLoad, 'run' | 'origin' | 'by'>,
    by: ClientLoad['by'] = 'dispatch',
  ): Promise<{ sent: ClientSent; received: Received }> {
    const { process: receiver, origin } = await this.receiver(scheme);
    const run = this.nextRun();
    await receiver.ask('expect', { run, events: load.events, fanOut: 1 } satisfies Expected);
    const sent = await this.#limit('bare-client').ask<ClientSent>('run', {
      ...load,
      run,
      origin,
      by,
    });
    await receiver.ask('trim', sent.events);
    return { sent, received: await receiver.ask<Received>('report', { paced: null, refused: [] }) };
  }

  /** The sketch of the whole way, sending to the same receiver. */
  async sketch(connections: number): Promise<{ port: number; pid: number }> {
    const { origin } = await this.receiver();
    const process = this.#limit('sketch');
    const file = join(this.folder, 'sketch.db');
    return { port: await process.ask<number>('listen', { file, origin, connections }), pid: process.pid };
  }

  /** Events per second that SQLite commits with their delivery and attempt, so many in a commit. */
  commitRate(batch: number): Promise<number> {
    const file = join(this.folder, 'commit.db');
    return this.#limit('group-commit').ask('rate', { file, batch, durationMs: this.ms(1500, 400) });
  }

  commitPaced(ratePerSecond: number, durationMs: number): Promise<Summary> {
    const file = join(this.folder, 'commit.db');
    return this.#limit('group-commit').ask('paced', { file, ratePerSecond, durationMs });
  }

  async end(): Promise<void> {
    // What began last ends first: nodes before their database.
    for (const end of this.#ended.toReversed()) await end().catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #generatorProcess(): Process {
    this.#generator ??= this.#process(new URL('./generator.ts', import.meta.url));
    return this.#generator;
  }

  #limit(name: 'bare-server' | 'bare-client' | 'group-commit' | 'sketch'): Process {
    const files = {
      'bare-server': new URL('./limits/bare-server.ts', import.meta.url),
      'bare-client': new URL('./limits/bare-client.ts', import.meta.url),
      sketch: new URL('./limits/sketch.ts', import.meta.url),
      'group-commit': new URL('./limits/group-commit.ts', import.meta.url),
    };
    let found = this.#limits.get(name);
    if (found === undefined) {
      found = this.#process(files[name]);
      this.#limits.set(name, found);
    }
    return found;
  }

  #process(file: URL): Process {
    const process = new Process(file);
    this.#ended.push(() => process.end());
    return process;
  }
}

/** Deliveries that must arrive for what was accepted. */
function wantedOf(sent: Sent, { ignored, fanOut }: Omit<Expected, 'events'>): number {
  if (ignored === undefined) return sent.accepted * fanOut;
  const places = new Set(ignored.places);
  const counts = (n: number): boolean => !places.has(n % ignored.every);
  let wanted = 0;
  for (let n = 0; n < sent.events; n += 1) if (counts(n)) wanted += 1;
  return (wanted - sent.refused.filter(counts).length) * fanOut;
}
