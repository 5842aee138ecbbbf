import { createHash } from 'node:crypto';
import { openSqliteStore } from '../../src/adapters/sqlite/open.ts';
import { nodeCrypto } from '../../src/adapters/system/crypto.ts';
import type { EngineParts } from '../../src/flow/engine.ts';
import type { Sender } from '../../src/ports/sender.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import { checkEnd } from './end.ts';
import { Kernel, type Violation } from './kernel.ts';
import { Ledger } from './ledger.ts';
import { Network } from './network.ts';
import { SimNode } from './node.ts';
import { People } from './people.ts';
import { Prng } from './prng.ts';
import { Publishers } from './publishers.ts';
import { drawMoment, drawWeather, type Weather } from './weather.ts';

const day = 86_400_000;
const beginningMs = Date.UTC(2026, 2, 1);
/** After faults have ended, everything must be over within this time: the longest schedules, one after another, and then some. */
const healedMaxMs = 20 * day;

/** A bug that is planted from outside, by what it puts around a node's parts. */
export interface Mutant {
  name: string;
  store?(store: Store, world: World): Store;
  sender?(sender: Sender): Sender;
  telemetry?(telemetry: Telemetry, world: World): Telemetry;
}

export interface RunOptions {
  mutant?: Mutant;
  /** Keeps the whole trace, not only its end. */
  keepTrace?: boolean;
}

export interface RunResult {
  seed: number;
  hash: string;
  violation: Violation | null;
  trace: readonly string[];
  steps: number;
  days: number;
  sends: number;
  deliveries: number;
  nodes: number;
}

const vault = {
  seal: (plain: string) => new Uint8Array(Buffer.from(plain)),
  open: (sealed: Uint8Array) => Buffer.from(sealed).toString(),
};
const crypto = nodeCrypto();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** One seed's world: nodes, a disk, a network, publishers and people, under one clock. */
export class World {
  readonly kernel: Kernel;
  readonly weather: Weather;
  /** What goes wrong. */
  readonly faults: Prng;
  readonly ledger: Ledger;
  readonly network: Network;
  readonly publishers: Publishers;
  readonly people: People;
  readonly crypto = crypto;
  readonly store: Store;
  readonly #options: RunOptions;
  chaos = true;
  storeIsAway = false;
  /** Where the present commit fails within the store. */
  failCommitAt: 'before' | 'middle' | null = null;
  /** Starts and clock jumps: each gives rate limits a fresh burst. */
  freshBuckets = 0;
  /** The node that is asked. */
  front: SimNode | null = null;
  #nodes = 0;
  /** What goes wrong while the next request is under way. */
  readonly #armed: (() => void)[] = [];
  #offsetMs = 0;

  constructor(seed: number, store: Store, options: RunOptions) {
    const prng = new Prng(seed);
    this.kernel = new Kernel(prng, options.keepTrace === true);
    this.weather = drawWeather(prng.fork());
    this.faults = prng.fork();
    this.store = store;
    this.#options = options;
    this.ledger = new Ledger(this);
    this.network = new Network(this);
    this.publishers = new Publishers(this);
    this.people = new People(this);
  }

  get wallMs(): number {
    return Math.floor(beginningMs + this.kernel.nowMs + this.#offsetMs);
  }

  get nodes(): number {
    return this.#nodes;
  }

  /** Events may be gone before somebody asks for them again. */
  get forgets(): boolean {
    return this.weather.retentionMs < this.weather.chaosMs + healedMaxMs;
  }

  call(name: keyof Store, args: unknown[]): Promise<unknown> {
    const act = this.store[name] as (...args: unknown[]) => Promise<unknown>;
    return act(...args);
  }

  partsOf(node: SimNode): EngineParts {
    const { mutant } = this.#options;
    const store = node.disk.store();
    const sender = this.network.sender(node);
    const telemetry = node.telemetry();
    return {
      store: mutant?.store?.(store, this) ?? store,
      sender: mutant?.sender?.(sender) ?? sender,
      telemetry: mutant?.telemetry?.(telemetry, this) ?? telemetry,
      clock: node.clock,
      random: node.random,
      crypto,
      sha256,
      compileSchema: () => () => [],
      nodeName: node.name,
      version: '0',
      maxDataBytes: 262_144,
      retentionMs: this.weather.retentionMs,
      fatal: (error) => node.die(`fatal: ${error.message}`),
    };
  }

  isUp(node: SimNode): void {
    if (this.front !== node) return;
    this.kernel.trace(`${node.name} is up, ${node.running!.engine.lost} lost`);
  }

  isDown(node: SimNode): void {
    this.network.nodeIsDown(node);
    if (this.front !== node) return;
    this.front = null;
    this.kernel.after(this.faults.between(500, this.chaos ? 120_000 : 5000), () => this.#boot());
  }

  async run(): Promise<void> {
    await this.#begin();
    this.#plan();
    await this.#until(() => this.kernel.nowMs >= this.weather.chaosMs);
    this.#heal();
    const healedAtMs = this.kernel.nowMs;
    await this.#until(() => this.#isOver || this.kernel.nowMs > healedAtMs + healedMaxMs);
    if (this.kernel.violation === null) await this.kernel.during(checkEnd(this));
    // What still runs is no part of the result; the store is closed under it.
    this.front = null;
  }

  /** Accounts, a first node and endpoints, before anything goes wrong. */
  async #begin(): Promise<void> {
    this.chaos = false;
    for (let no = 1; no <= this.weather.accounts; no += 1) {
      const account = {
        id: `acc_${no}`,
        name: `${no}`,
        maxEndpoints: 50,
        notify: null,
        createdAtMs: 0,
        updatedAtMs: 0,
      };
      const made = await this.store.createAccount(account);
      if (made !== 'exists') this.ledger.accounts.set(made.account.no, made.account);
    }
    this.#boot();
    await this.#until(() => this.front?.running != null);
    const accounts = [...this.ledger.accounts.keys()];
    for (let i = 0; i < this.weather.endpoints; i += 1) this.people.create(this.faults.pick(accounts));
    await this.#until(() => this.ledger.records.size >= this.weather.endpoints);
    this.chaos = true;
  }

  #plan(): void {
    const { kernel, weather, faults } = this;
    const accounts = [...this.ledger.accounts.keys()];
    const moment = (): number => kernel.nowMs + drawMoment(faults, weather);
    for (let i = 0; i < weather.events; i += 1) this.publishers.publish(faults.pick(accounts), moment());
    const plan = (count: number, what: () => void): void => {
      for (let i = 0; i < count; i += 1) {
        const meanwhile = faults.chance(0.6);
        kernel.at(moment(), () => (meanwhile ? this.#armed.push(what) : what()));
      }
    };
    plan(weather.acts, () => this.people.act());
    plan(weather.crashes, () => this.front?.die('killed'));
    plan(weather.stalls, () => this.#stall());
    plan(weather.stops, () => this.#stop());
    plan(weather.clockJumps, () => this.#jump());
    plan(weather.outages, () => this.#outage());
  }

  /** A request goes out: what waits for such a moment goes wrong shortly after. */
  somethingIsUnderWay(): void {
    const next = this.#armed.shift();
    if (next !== undefined)
      this.kernel.after(this.faults.between(0, this.faults.pick([5, 100, 3000])), () => this.chaos && next());
  }

  #boot(): void {
    this.#nodes += 1;
    this.freshBuckets += 1;
    this.front = new SimNode(this, `node${this.#nodes}`);
    this.front.boot();
  }

  /** A process stands still for longer than anybody waits for it; often another one takes its place meanwhile. */
  #stall(): void {
    const node = this.front;
    if (!this.chaos || node === null) return;
    const forMs = this.faults.between(1000, 600_000);
    node.stall(forMs);
    if (this.faults.chance(0.4)) return;
    const afterMs = this.faults.between(0, this.faults.pick([20, 2000, forMs]));
    this.kernel.after(afterMs, () => this.front === node && this.#boot());
  }

  /** An orderly stop, as by SIGTERM, and a new start after it. */
  #stop(): void {
    const node = this.front;
    const running = node?.running;
    if (!this.chaos || node === null || running == null) return;
    this.kernel.trace(`${node.name} is asked to stop`);
    node.enter(() => {
      running.engine.stop().then(
        () => node.die('stopped'),
        (error) => this.kernel.fail('stop', String(error)),
      );
    });
  }

  #jump(): void {
    if (!this.chaos) return;
    const byMs = this.faults.pick([-1_800_000, -60_000, -500, 500, 90_000, 3_600_000, 7 * 3_600_000]);
    this.#offsetMs += byMs;
    this.freshBuckets += 1;
    this.kernel.trace(`the clock jumps by ${byMs} ms`);
  }

  #outage(): void {
    if (!this.chaos) return;
    this.storeIsAway = true;
    this.kernel.trace('the store is away');
    this.kernel.after(this.faults.between(1000, 120_000), () => {
      this.storeIsAway = false;
      this.kernel.trace('the store is back');
    });
  }

  #heal(): void {
    const { kernel } = this;
    kernel.trace('faults end');
    this.chaos = false;
    this.storeIsAway = false;
    this.network.heal();
    kernel.after(1000, () => this.#care());
    // In half of the worlds only: a new event wakes an endpoint, and what slept there by mistake would go unnoticed.
    if (this.faults.chance(0.5)) return;
    for (const accountNo of this.ledger.accounts.keys())
      this.publishers.publish(accountNo, kernel.nowMs + 600_000);
  }

  /** Once faults have ended, people bring back every endpoint that they see paused or disabled. */
  #care(): void {
    if (this.#isOver) return;
    const directory = this.front?.running?.engine.directory;
    for (const record of this.ledger.records.values()) {
      const seen = directory?.endpoint(record.endpoint.no);
      if (seen != null && seen.status !== 'active') this.people.resume(record);
    }
    this.kernel.after(3_600_000, () => this.#care());
  }

  get #isOver(): boolean {
    return this.publishers.allHeard && this.front?.running != null && this.ledger.open.length === 0;
  }

  async #until(done: () => boolean): Promise<void> {
    while (this.kernel.violation === null && !done()) {
      if (!(await this.kernel.step())) return;
    }
  }
}

/** Runs one seed from its beginning to its end. The same seed gives the same trace. */
export async function runSeed(seed: number, options: RunOptions = {}): Promise<RunResult> {
  let world: World | null = null;
  const fault = (phase: 'before' | 'middle' | 'after'): boolean => world?.failCommitAt === phase;
  const store = await openSqliteStore({ file: ':memory:', vault, mode: 'inline', fault });
  world = new World(seed, store, options);
  const { kernel } = world;
  const escaped = (error: unknown): void =>
    kernel.fail('escaped', error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('unhandledRejection', escaped);
  try {
    await world.run();
  } catch (error) {
    escaped(error);
  } finally {
    process.off('unhandledRejection', escaped);
    await store.close();
  }
  return {
    seed,
    hash: kernel.hash,
    violation: kernel.violation,
    trace: kernel.tail,
    steps: kernel.steps,
    days: kernel.nowMs / day,
    sends: world.network.sends,
    deliveries: world.ledger.byName.size,
    nodes: world.nodes,
  };
}
