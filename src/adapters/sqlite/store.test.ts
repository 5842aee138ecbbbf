import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '../../ports/store.contract.ts';
import type { Vault } from '../../ports/vault.ts';
import { openSqliteStore } from './open.ts';

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
  const store = await openSqliteStore({ file, vault, mode: 'thread' });
  return {
    store,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
