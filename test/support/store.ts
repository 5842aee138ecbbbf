import { openPostgresStore } from '../../src/adapters/postgres/open.ts';
import { readActs } from '../../src/adapters/sqlite/acts.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/open.ts';
import { createVault } from '../../src/adapters/system/vault.ts';
import { StoreError } from '../../src/core/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import type { ManualClock } from './clock.ts';
import { testDatabase } from './postgres.ts';

/** At which end of a commit to fail; `after`: it took effect and nobody is told. */
export type Fault = (phase: 'before' | 'after') => boolean;

/**
 * An empty store: SQLite in memory, or a PostgreSQL database where TEST_STORE says so. `clock` waits for what is asked of it, so
 * that time moves on only when the store has answered.
 */
export async function openTestStore(clock: ManualClock, fault: Fault = () => false): Promise<Store> {
  const store = await openNamed();
  const underWay = new InFlight();
  clock.waitFor(() => underWay.idle());
  const counted = Object.entries(store).map(([name, act]) => [
    name,
    name === 'watch'
      ? act
      : async (...input: unknown[]): Promise<unknown> => {
          underWay.begin();
          try {
            const isWrite = !(name in readActs) && name !== 'close';
            if (isWrite && fault('before')) throw injected();
            const answer = await (act as (...all: unknown[]) => Promise<unknown>)(...input);
            if (isWrite && fault('after')) throw injected();
            return answer;
          } finally {
            underWay.end();
          }
        },
  ]);
  return Object.fromEntries(counted) as Store;
}

/** Counts what the store is asked and has not answered. */
class InFlight {
  #count = 0;
  #waiting: (() => void)[] = [];

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  idle(): Promise<void> | null {
    return this.#count === 0 ? null : new Promise((resolve) => this.#waiting.push(resolve));
  }
}

async function openNamed(): Promise<Store> {
  const vault = createVault(new Uint8Array(32).fill(7));
  if (process.env.TEST_STORE !== 'postgres')
    return await openSqliteStore({ file: ':memory:', vault, mode: 'inline' });
  const database = await testDatabase();
  const store = await openPostgresStore({ url: database.url, vault, durable: false });
  return {
    ...store,
    async close() {
      await store.close();
      await database.drop();
    },
  };
}

function injected(): StoreError {
  return new StoreError('The store did not answer (injected fault).', false);
}
