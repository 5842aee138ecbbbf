import { rmSync } from 'node:fs';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits.ts';
import type { AcceptItem, Store } from '../../ports/store.ts';
import type { Vault } from '../../ports/vault.ts';
import { type ReadName, readActs, type WriteName, writeActs } from './acts.ts';
import type { Fault } from './batch.ts';
import type { Connector } from './connector.ts';
import { makeFolder, makePrivate, requireDatabase } from './file.ts';
import { connectInline } from './inline.ts';
import { lockDatabase } from './lock.ts';
import { type SealedStore, sealing } from './sealed.ts';
import { connectThreads } from './threads.ts';

export interface SqliteOptions {
  /** A path, or `:memory:`. A missing file and its folders are made. */
  file: string;
  vault: Vault;
  /** `thread`: one writer and readers apart from this thread. `inline`: all on this one, in a fixed order, for tests and simulations. */
  mode: 'thread' | 'inline';
  /** Inline only: makes commits fail. */
  fault?: Fault;
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

async function connect({ file, mode, fault }: SqliteOptions): Promise<Connector> {
  return mode === 'inline' ? connectInline(file, fault ?? null) : await connectThreads(file);
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
    accept: bounded(sealed.accept),
    async close() {
      await connector.close();
      release();
    },
  };
}

/** Accepts wait for the disk within bounds; past them the caller is told to come again. */
function bounded(accept: Store['accept']): Store['accept'] {
  let events = 0;
  let bytes = 0;
  return async (input) => {
    if (events >= limits.commitQueueEvents || bytes >= limits.commitQueueBytes) {
      throw new SurehookError(
        'unavailable',
        'The store cannot keep up. Nothing was stored; try again shortly.',
        { retryAfterS: limits.busyRetryAfterS },
      );
    }
    const size = input.items.reduce((sum, item) => sum + bytesOf(item), 0);
    events += input.items.length;
    bytes += size;
    try {
      return await accept(input);
    } finally {
      events -= input.items.length;
      bytes -= size;
    }
  };
}

/** UTF-16 code units stand for bytes: close enough for a bound, and free. */
function bytesOf({ event, endpointNos }: AcceptItem): number {
  return event.data.length + endpointNos.length * 16 + 256;
}
