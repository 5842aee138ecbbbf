import { StoreError } from '../../src/core/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import type { SimNode } from './node.ts';
import type { World } from './world.ts';

/** How a group of acts ends. `before`, `middle`: rolled back. `after`: it took effect and nobody is told. */
type Ending = 'well' | 'before' | 'middle' | 'after';

interface Waiting {
  name: keyof Store;
  args: unknown[];
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

const reads: ReadonlySet<string> = new Set([
  'lanes',
  'getReplay',
  'listReplays',
  'openReplays',
  'directory',
  'getEvent',
  'listEvents',
  'getDelivery',
  'listDeliveries',
  'deliveriesOfEvent',
  'stats',
  'counts',
]);
/** Acts that carry an epoch, or bring a new one; the others are not fenced by the store. */
const fenced: ReadonlySet<string> = new Set([
  'join',
  'accept',
  'settle',
  'claim',
  'release',
  'reclaim',
  'spill',
]);

/**
 * One node's way to the real store, which all nodes share: acts that come up together share a commit, a commit takes virtual
 * time, and it may fail before, within and after its effects. A dead node hears nothing; what it had begun may have happened.
 */
export class Disk {
  readonly #world: World;
  readonly #node: SimNode;
  #waiting: Waiting[] = [];
  #committing = false;

  constructor(world: World, node: SimNode) {
    this.#world = world;
    this.#node = node;
  }

  get idle(): boolean {
    return !this.#committing && this.#waiting.length === 0;
  }

  /** The store as this node has it. */
  store(): Store {
    const made: Record<string, unknown> = {};
    for (const name of Object.keys(this.#world.store) as (keyof Store)[]) {
      made[name] = (...args: unknown[]) =>
        reads.has(name) ? this.#read(name, args) : this.#write(name, args);
    }
    for (const name of ['watch', 'whisper', 'overhear']) made[name] = () => {};
    return made as unknown as Store;
  }

  #read(name: keyof Store, args: unknown[]): Promise<unknown> {
    const { kernel, faults, weather } = this.#world;
    return new Promise((resolve, reject) => {
      const fails = this.#world.storeIsAway || (this.#world.chaos && faults.chance(weather.readFails));
      kernel.after(faults.between(0, 2), () => {
        if (fails)
          return this.#node.enter(() => reject(new StoreError('The look-up failed (injected).', false)));
        void kernel.during(this.#world.call(name, args)).then(
          (value) => this.#node.enter(() => resolve(value)),
          (error) => this.#node.enter(() => reject(error)),
        );
      });
    });
  }

  #write(name: keyof Store, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ name, args, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#committing || this.#waiting.length === 0) return;
    this.#committing = true;
    const { kernel, faults } = this.#world;
    kernel.after(faults.number() * this.#slowMs, () => {
      // A process that is gone commits nothing more; one that only stands still has another thread that does.
      if (this.#node.alive) void this.#commit(this.#waiting.splice(0));
    });
  }

  async #commit(batch: Waiting[]): Promise<void> {
    const { kernel, faults, ledger } = this.#world;
    const { ending, fatal } = this.#ending();
    this.#world.failCommitAt = ending === 'before' || ending === 'middle' ? ending : null;
    // Some acts look something up before they write, so that others of the same commit come before them. An accept does not, but
    // is answered some promises after it was written, when a claim behind it in the commit may have been answered already.
    const accepts: (() => void)[] = [];
    const others: (() => void)[] = [];
    const results = await kernel.during(
      Promise.allSettled(
        batch.map(async ({ name, args }) => {
          if (!fenced.has(name) && this.#node.isReplaced) {
            // The kernel's lock on the file is the other process's now, and only acts of the lease know epochs.
            throw new StoreError('The database is in use by another process.', true);
          }
          const value = await this.#world.call(name, args);
          (name === 'accept' ? accepts : others).push(() => ledger.took(this.#node, name, args, value));
          return value;
        }),
      ),
    );
    this.#world.failCommitAt = null;
    batch.forEach(({ name }, i) => {
      const refused = results[i]!.status === 'rejected' ? ' refused' : '';
      kernel.trace(`${this.#node.name} ${name} ${ending === 'well' ? '' : ending}${refused}`);
    });
    for (const each of [...accepts, ...others]) each();
    if (batch.some(({ name }) => name === 'sweep')) await kernel.during(ledger.forgetSwept());
    const lost = ending === 'well' ? null : new StoreError(`The commit failed (injected, ${ending}).`, fatal);
    kernel.after(faults.number() * this.#slowMs, () => {
      this.#committing = false;
      this.#next();
      this.#node.enter(() => {
        batch.forEach(({ resolve, reject }, i) => {
          const result = results[i]!;
          if (lost !== null) reject(lost);
          else if (result.status === 'fulfilled') resolve(result.value);
          else reject(result.reason);
        });
      });
    });
  }

  #ending(): { ending: Ending; fatal: boolean } {
    const { faults, weather, chaos, storeIsAway } = this.#world;
    if (!chaos || !(storeIsAway || faults.chance(weather.commitFails)))
      return { ending: 'well', fatal: false };
    const fatal = !storeIsAway && faults.chance(weather.commitIsFatal);
    return { ending: faults.pick(['before', 'middle', 'after'] as const), fatal };
  }

  get #slowMs(): number {
    return this.#world.chaos ? this.#world.weather.commitMs : 2;
  }
}
