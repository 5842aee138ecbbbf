import type { Io } from './io.ts';

/** Where a database's schema stands. */
export interface SchemaStatus {
  version: number;
  latest: number;
  /** Names of the migrations that are still to come, in order. */
  pending: readonly string[];
}

export interface MigrateWorld extends Io {
  status(): Promise<SchemaStatus>;
  /** Runs what is pending; an interrupted run may be repeated. */
  apply(): Promise<void>;
}

/** `surehook migrate`: what a start does by itself, done apart. With `status`, exit code 1 when something is pending. */
export async function runMigrate(options: { status: boolean }, world: MigrateWorld): Promise<number> {
  const { version, latest, pending } = await world.status();
  if (pending.length === 0) {
    world.out(`The database has schema ${version}, the latest this version knows.`);
    return 0;
  }
  if (options.status) {
    world.out(`The database has schema ${version} of ${latest}. Pending: ${pending.join(', ')}.`);
    return 1;
  }
  await world.apply();
  world.out(`The database was brought from schema ${version} to ${latest}: ${pending.join(', ')}.`);
  return 0;
}
