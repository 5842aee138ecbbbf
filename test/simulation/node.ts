import { pino } from 'pino';
import type { Log } from '../../src/adapters/telemetry/log.ts';
import { Metrics } from '../../src/adapters/telemetry/metrics.ts';
import { createTelemetry } from '../../src/adapters/telemetry/telemetry.ts';
import * as limits from '../../src/core/limits/dispatch.ts';
import { sweepEveryMs } from '../../src/core/limits/store.ts';
import { type Administration, createAdministration } from '../../src/flow/administer.ts';
import { type Engine, startEngine } from '../../src/flow/engine.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import { Disk } from './disk.ts';
import type { Prng } from './prng.ts';
import { canaries } from './weather.ts';
import type { World } from './world.ts';

/** A node that is up. */
export interface Running {
  engine: Engine;
  administration: Administration;
}

/** Housekeeping may come late: a look every minute at what is past retention would be most of a simulated week. */
const sweepLateMs = 5 * 3_600_000;

/**
 * One process of the simulated world: the real flow between a virtual clock, a faulty disk and a faulty network. All that
 * reaches it goes through `enter`, so that a dead node never acts again and one that stands still acts later.
 */
export class SimNode {
  readonly name: string;
  readonly disk: Disk;
  running: Running | null = null;
  alive = true;
  /** As the store gave it at the join; 0 before. */
  epoch = 0;
  readonly #world: World;
  readonly #prng: Prng;
  readonly #bootedAtMs: number;
  #stalledUntilMs = 0;
  readonly #inbox: (() => void)[] = [];
  #activity = 0;
  #watchedActivity = -1;
  #parked: (() => void) | null = null;
  /** Requests that are on the wire. */
  inFlight = 0;

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
    this.disk = new Disk(world, this);
    this.#prng = world.kernel.prng.fork();
    this.#bootedAtMs = world.kernel.nowMs;
  }

  /** Another node took the work over. */
  get isReplaced(): boolean {
    return this.epoch !== 0 && this.epoch !== this.#world.ledger.epoch;
  }

  get isStalled(): boolean {
    return this.#world.kernel.nowMs < this.#stalledUntilMs || this.#inbox.length > 0;
  }

  boot(): void {
    const { kernel } = this.#world;
    const parts = this.#world.partsOf(this);
    kernel.trace(`${this.name} boots`);
    this.enter(() => {
      startEngine(parts).then(
        (engine) => {
          const administration = createAdministration({
            store: engine.store,
            directory: engine.directory,
            clock: parts.clock,
            random: parts.random,
            policy: { dev: false, allowNetworks: [] },
            sha256: parts.sha256,
            compileSchema: parts.compileSchema,
            hooks: { sourceChanged: async () => {}, endpointChanged: (no) => engine.dispatcher.nudge(no) },
          });
          this.running = { engine, administration };
          this.#world.isUp(this);
        },
        (error) => this.die(`could not start: ${String(error)}`),
      );
    });
  }

  /** Runs `act` in this process: now, later when it stands still, never when it is dead. */
  enter(act: () => void): void {
    if (!this.alive) return;
    this.#touch();
    if (this.isStalled) {
      this.#inbox.push(act);
      return;
    }
    act();
  }

  stall(forMs: number): void {
    const { kernel } = this.#world;
    if (!this.alive || this.isStalled) return;
    kernel.trace(`${this.name} stands still for ${forMs} ms`);
    this.#stalledUntilMs = kernel.nowMs + forMs;
    kernel.at(this.#stalledUntilMs, () => this.#goOn());
  }

  /** What came meanwhile is taken in one thing after another, in its order. */
  #goOn(): void {
    if (!this.alive) return;
    const { kernel } = this.#world;
    this.#inbox.shift()?.();
    if (this.#inbox.length > 0) kernel.at(kernel.nowMs, () => this.#goOn());
  }

  die(why: string): void {
    if (!this.alive) return;
    this.#world.kernel.trace(`${this.name} dies: ${why}`);
    this.alive = false;
    this.running = null;
    this.#inbox.length = 0;
    this.#world.isDown(this);
  }

  readonly clock: Clock = {
    nowMs: () => this.#world.wallMs,
    monotonicMs: () => this.#world.kernel.nowMs - this.#bootedAtMs,
    after: (delayMs, act) => {
      if (delayMs > limits.timerMaxMs) this.#world.kernel.fail('timer', `a timer of ${delayMs} ms`);
      let wanted = true;
      this.#set(delayMs, () => {
        if (wanted) act();
      });
      return () => {
        wanted = false;
      };
    },
  };

  #set(delayMs: number, act: () => void): void {
    const { kernel, weather, chaos } = this.#world;
    const ring = (afterMs: number): void => void kernel.after(afterMs, () => this.enter(act));
    if (delayMs === limits.watchEveryMs) {
      // Looking at what is under way, while nothing is: the next look would see the same, so it waits for something to happen.
      const isQuiet = this.inFlight === 0 && this.disk.idle && this.#activity === this.#watchedActivity;
      this.#watchedActivity = this.#activity + 1;
      if (isQuiet) this.#parked = () => ring(delayMs);
      else ring(delayMs + this.#prng.number() * 500);
      return;
    }
    const lateMs = delayMs === sweepEveryMs ? sweepLateMs : chaos ? weather.timerLateMs : 0;
    ring(delayMs + this.#prng.number() * lateMs);
  }

  #touch(): void {
    this.#activity += 1;
    const parked = this.#parked;
    this.#parked = null;
    parked?.();
  }

  readonly random = {
    number: () => this.#prng.number(),
    bytes: (count: number) => this.#prng.bytes(count),
  };

  /** The real one, on a log that is looked through for secrets. */
  telemetry(): Telemetry {
    const { ledger } = this.#world;
    const made = createTelemetry(this.#log(), new Metrics(), (no) => String(no));
    return {
      ...made,
      endpointChanged: (more) => {
        made.endpointChanged(more);
        if (!this.isReplaced) ledger.platformStopped(more.endpointId);
      },
    };
  }

  #log(): Log {
    const { kernel } = this.#world;
    const write = (line: string): void => {
      if (canaries.some((canary) => line.includes(canary)))
        kernel.fail('20 secrets', `in a log line: ${line}`);
    };
    const logger = pino({ level: 'info', base: null, timestamp: false }, { write });
    return { logger, eventLine: (fields, msg) => write(JSON.stringify({ ...fields, msg })), flush() {} };
  }
}
