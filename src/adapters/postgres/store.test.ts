import { testDatabase } from '../../../test/support/postgres.ts';
import { storeContract } from '../../ports/store.contract.ts';
import type { Vault } from '../../ports/vault.ts';
import { openPostgresStore } from './open.ts';

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

storeContract('PostgreSQL', async () => {
  const database = await testDatabase();
  const store = await openPostgresStore({ url: database.url, vault, durable: false });
  return {
    store,
    async close() {
      await store.close();
      await database.drop();
    },
  };
});
