import { rmSync } from 'node:fs';
import { boundedAccept } from '../../ports/bounded-accept.ts';
import { type SealedStore, sealing } from '../../ports/sealed.ts';
import type { Store } from '../../ports/store.ts';
import type { Vault } from '../../ports/vault.ts';
import { type ReadName, readActs, type WriteName, writeActs } from './acts.ts';
import type { Fault } from './batch.ts';
import type { Connector } from './connector.ts';
import { makeFolder, makePrivate, requireDatabase } from './file.ts';
import { connectInline } from './inline.ts';
import { lockDatabase } from './lock.ts';
import { connectThreads, type Threads } from './threads.ts';

export interface SqliteOptions {
  /** A path, or `:memory:`. A missing file and its folders are made. */
  file: string;
  vault: Vault;
  /** `thread`: one writer and readers apart from this thread. `inline`: all on this one, in a fixed order, for tests and simulations. */
  mode: 'thread' | 'inline';
  /** Inline only: makes commits fail. */
  fault?: Fault;
  /** Threads only: else each store starts its own, and ends them. */
  threads?: Threads;
}

/** Refuses what can be no database of ours before anything is made, then makes the folder for it. */
export function prepareFolder(file: string): void {
  requireDatabase(file);
  makeFolder(file);
}

/** Opens a SQLite file as the store, and keeps other processes off it until it is closed. */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { file, vault } = options;
  if (file === ':memory:') return storeOn(await connect(options), vault, () => {});
  prepareFolder(file);
  const lock = lockDatabase(file);
  let made = false;
  try {
    made = makePrivate(file);
    return storeOn(await connect(options), vault, lock.release);
  } catch (error) {
    // A first opening that failed leaves nothing that a second one could take for a database.
    if (made) for (const name of [file, `${file}-wal`, `${file}-journal`]) rmSync(name, { force: true });
    if (made) lock.undo();
    else lock.release();
    throw error;
  }
}

async function connect({ file, mode, fault, threads }: SqliteOptions): Promise<Connector> {
  return mode === 'inline' ? connectInline(file, fault ?? null) : await connectThreads(file, threads);
}

function storeOn(connector: Connector, vault: Vault, release: () => void): Store {
  const acts: Record<string, (...input: unknown[]) => Promise<unknown>> = {};
  for (const name of Object.keys(writeActs) as WriteName[])
    acts[name] = (...input) => connector.write(name, input);
  for (const name of Object.keys(readActs) as ReadName[])
    acts[name] = (...input) => connector.read(name, input);
  const sealed = { ...acts, backup: connector.backup } as unknown as SealedStore;
  return {
    ...sealed,
    ...sealing(sealed, vault),
    accept: boundedAccept(sealed.accept),
    // One process has the file to itself: nobody else can die, changes anything, or wants to hear of it.
    beat: async () => ({ lost: [] }),
    watch() {},
    whisper() {},
    overhear() {},
    async close() {
      await connector.close();
      release();
    },
  };
}
