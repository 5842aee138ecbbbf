import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { storeContract } from '../../ports/store.contract.ts';
import type { Vault } from '../../ports/vault.ts';
import { openSqliteStore } from './open.ts';
import { startThread, type Threads } from './threads.ts';

/** Not secret, but not plain either; the real one has its own tests. */
const vault: Vault = {
  seal: (plain, context) => new TextEncoder().encode(`${context}|${plain.split('').reverse().join('')}`),
  open: (sealed, context) =>
    new TextDecoder()
      .decode(sealed)
      .slice(context.length + 1)
      .split('')
      .reverse()
      .join(''),
};

storeContract('in memory, on this thread', async () => {
  const store = await openSqliteStore({ file: ':memory:', vault, mode: 'inline' });
  return { store, close: () => store.close() };
});

/** To start two threads costs more than most of what is tried on a store: those of one that is closed serve the next. */
const idle: Worker[] = [];
const threads: Threads = {
  start() {
    const thread = idle.pop() ?? startThread();
    thread.ref();
    return thread;
  },
  async end(thread) {
    for (const name of ['message', 'error', 'exit']) thread.removeAllListeners(name);
    thread.unref();
    idle.push(thread);
  },
};
let migrated: Promise<string> | null = null;

/** A file with the present schema: copying it costs less than bringing each up to date. */
async function makeMigrated(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'surehook-store-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'test.db');
  await (await openSqliteStore({ file, vault, mode: 'inline' })).close();
  return file;
}

storeContract('in a file, on threads', async () => {
  migrated ??= makeMigrated();
  const folder = mkdtempSync(join(tmpdir(), 'surehook-store-'));
  const file = join(folder, 'test.db');
  copyFileSync(await migrated, file);
  const store = await openSqliteStore({ file, vault, mode: 'thread', threads });
  return {
    store,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
