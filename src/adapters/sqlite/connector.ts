import type { ReadName, WriteName } from './acts.ts';

/** How acts reach the database: on this thread or on others. Acts that are written while a commit is under way share the next one. */
export interface Connector {
  write(name: WriteName, input: readonly unknown[]): Promise<unknown>;
  read(name: ReadName, input: readonly unknown[]): Promise<unknown>;
  backup(file: string): Promise<void>;
  /** Finishes what was started, marks the file as closed in order, and closes it. */
  close(): Promise<void>;
}
