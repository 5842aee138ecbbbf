import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits.ts';
import type { AcceptItem, Store } from '../../ports/store.ts';
import type { Vault } from '../../ports/vault.ts';
import { type ReadName, readActs, type WriteName, writeActs } from './acts.ts';
import type { Fault } from './batch.ts';
import { makeFolder } from './connection.ts';
import type { Connector } from './connector.ts';
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

/** Opens a SQLite file as the store, and keeps other processes off it until it is closed. */
export async function openSqliteStore({ file, vault, mode, fault }: SqliteOptions): Promise<Store> {
  if (file !== ':memory:') makeFolder(file);
  const lock = file === ':memory:' ? null : lockDatabase(file);
  try {
    const connector = mode === 'inline' ? connectInline(file, fault ?? null) : await connectThreads(file);
    return storeOn(connector, vault, () => lock?.release());
  } catch (error) {
    lock?.release();
    throw error;
  }
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
