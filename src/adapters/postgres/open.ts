import { SurehookError } from '../../core/errors.ts';
import { boundedAccept } from '../../ports/bounded-accept.ts';
import { type SealedStore, sealing } from '../../ports/sealed.ts';
import type { Store } from '../../ports/store.ts';
import type { Vault } from '../../ports/vault.ts';
import { dropOldEra, turnEras } from './acts/eras.ts';
import { choresOfEndpoints, deleteOld, deleteOldRecords, isSweeper, killHeld } from './acts/upkeep.ts';
import { type ReadName, readActs, tellingActs, type WriteName, walkingActs, writeActs } from './acts.ts';
import { Connections, connectedTo } from './connections.ts';
import { Hot, timeSql } from './hot.ts';
import { Link } from './link.ts';
import { type MigrationStatus, migrate, statusOfSchema } from './migrations.ts';
import { requireServer } from './server.ts';
import type { Session } from './session.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  url: string;
  vault: Vault;
  /** Whether the server must force commits to the disk; false in development only. */
  durable: boolean;
  /** Told the server's wall time when it is opened and with every heartbeat, so that all nodes can go by one clock. */
  timed?(nowMs: number): void;
}

/** Which schema a database has; nothing is changed. */
export async function postgresStatus(url: string): Promise<MigrationStatus> {
  return await connectedTo(url, statusOfSchema);
}

/** Opens a PostgreSQL database as the store, together with whoever else works on it, and brings its schema up to date. */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { url, vault, durable, timed } = options;
  await connectedTo(url, async (client) => {
    await requireServer(client, durable);
    await migrate(client);
    timed?.(Number((await client.query(timeSql)).rows[0].now));
  });
  const connections = new Connections(url);
  const link = new Link(url, () => connections.makeRoom());
  const hot = new Hot(connections, link, timed);
  const sealed = { ...hotActs(hot), ...actsOn(connections, link) } as unknown as SealedStore;
  const store: Store = {
    ...sealed,
    ...sealing(sealed, vault),
    accept: boundedAccept((input) => hot.accept(input)),
    sweep: sweepOn(connections),
    watch: (hear) => link.watch(hear),
    whisper: (text) => link.whisper(text),
    overhear: (hear) => link.overhear(hear),
    async backup() {
      throw new SurehookError(
        'conflict',
        'A PostgreSQL database is backed up with the tools of PostgreSQL: pg_dump, or a base backup with its log.',
      );
    },
    async close() {
      await hot.leave();
      link.tell('lanes');
      await link.close();
      await connections.close();
    },
  };
  return store;
}

function hotActs(hot: Hot): Partial<Store> {
  return {
    join: (input) => hot.join(input),
    beat: (input) => hot.beat(input),
    lanes: () => hot.lanes(),
    settle: (input) => hot.settle(input),
    claim: (input) => hot.claim(input),
    release: (input) => hot.release(input),
    reclaim: (input) => hot.reclaim(input),
    spill: (input) => hot.spill(input),
  };
}

function actsOn(
  connections: Connections,
  link: Link,
): Record<string, (...input: never[]) => Promise<unknown>> {
  const acts: Record<string, (...input: unknown[]) => Promise<unknown>> = {};
  const run = (act: unknown, session: Session, input: unknown[]): Promise<unknown> =>
    (act as (session: Session, ...input: unknown[]) => Promise<unknown>)(session, ...input);
  for (const name of Object.keys(readActs) as ReadName[])
    acts[name] = (...input) =>
      connections[walkingActs.has(name) ? 'walking' : 'reading']((session) =>
        run(readActs[name], session, input),
      );
  for (const name of Object.keys(writeActs) as WriteName[])
    acts[name] = async (...input) => {
      const result = await connections.together((session) => run(writeActs[name], session, input));
      if (tellingActs.has(name)) link.tell('directory');
      return result;
    };
  return acts;
}

/** Each chore is a transaction of its own, so that none holds what another needs, and is done by one node at a time. */
function sweepOn(connections: Connections): Store['sweep'] {
  let sweptSeq = 0;
  return async (input) => {
    const chores = [choresOfEndpoints, killHeld, deleteOldRecords, dropOldEra];
    const alone = <T>(chore: (session: Session) => Promise<T>, otherwise: T): Promise<T> =>
      connections.together(async (session) =>
        (await isSweeper(session)) ? await chore(session) : otherwise,
      );
    let more = false;
    await alone((session) => turnEras(session, input), undefined);
    for (const chore of chores) more = (await alone((session) => chore(session, input), false)) || more;
    const old = await alone((session) => deleteOld(session, input, sweptSeq), { more: false, at: sweptSeq });
    sweptSeq = old.at;
    return { more: more || old.more };
  };
}
