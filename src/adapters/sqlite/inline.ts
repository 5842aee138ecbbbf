import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';
import { copyTo, markClean } from './backup.ts';
import { type Act, type Fault, runBatch } from './batch.ts';
import { boundMemory, openWriter } from './connection.ts';
import type { Connector } from './connector.ts';
import { Database } from './database.ts';
import { runRead } from './reading.ts';

interface Waiting extends Act {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A database in memory with the present schema and nothing in it; null where Node cannot give one (before 26.1), and before the first. */
let empty: Uint8Array | null = null;

/** The next is a copy of the first: to bring each up to date would be a fifth of a simulated world's time. */
function openInMemory(): DatabaseSync {
  if (empty === null) {
    const made = openWriter(':memory:');
    empty = made.serialize?.() ?? null;
    return made;
  }
  const copy = new DatabaseSync(':memory:');
  copy.deserialize(empty);
  boundMemory(copy);
  return copy;
}

/** Everything on this thread and on one connection, without timers: the same input gives the same course. For tests and simulations. */
export function connectInline(file: string, fault: Fault | null): Connector {
  const db = new Database(file === ':memory:' ? openInMemory() : openWriter(file));
  const waiting: Waiting[] = [];
  let closed = false;

  const flush = (): void => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, limits.commitItems);
      for (const [i, result] of runBatch(db, batch, fault).entries()) {
        if ('value' in result) batch[i]!.resolve(result.value);
        else batch[i]!.reject(result.error);
      }
    }
  };

  return {
    write: (name, input) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new StoreError('The store is closed.', false));
        waiting.push({ name, input, resolve, reject });
        if (waiting.length === 1) queueMicrotask(flush);
      }),
    async read(name, input) {
      if (closed) throw new StoreError('The store is closed.', false);
      return runRead(db, name, input);
    },
    async backup(target) {
      copyTo(db.raw, target);
    },
    async close() {
      if (closed) return;
      flush();
      closed = true;
      markClean(db);
      db.raw.close();
    },
  };
}
