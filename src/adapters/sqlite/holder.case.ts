import { newEvent } from '../../ports/store-world.case.ts';
import { createVault } from '../system/vault.ts';
import { openSqliteStore } from './open.ts';

/*
 * A process to be killed: opens the database that is named, accepts events for ever, and prints the position of each once it
 * was told that it is stored.
 */

const store = await openSqliteStore({
  file: process.argv[2]!,
  vault: createVault(new Uint8Array(32)),
  mode: 'thread',
});
const made = await store.createAccount({
  id: 'default',
  name: '',
  maxEndpoints: 1,
  notify: null,
  createdAtMs: 0,
  updatedAtMs: 0,
});
const { epoch } = await store.join({ nodeName: 'killed', nowMs: 0 });
const accountNo = made === 'exists' ? 1 : made.account.no;

async function acceptForEver(name: number): Promise<never> {
  for (let i = 0; ; i += 1) {
    const event = newEvent({ accountNo, id: `evt_${name}_${i}` });
    const item = {
      event,
      endpointNos: [],
      modes: [],
      dueAtMs: 0,
      directoryVersion: 1,
      idempotency: null,
      inbound: null,
    };
    const [result] = await store.accept({ epoch, items: [item], nowMs: 0 });
    if (result!.kind === 'stored') process.stdout.write(`${result!.seq}\n`);
  }
}

await Promise.all([1, 2, 3, 4, 5].map(acceptForEver));
