import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { StoreError } from '../../core/errors.ts';

export type Row = Record<string, SQLOutputValue>;

/** What one endpoint's attempts of one minute add up to, until the batch ends. */
export interface Tally {
  endpointNo: number;
  minute: number;
  delivered: number;
  failed: number;
  dead: number;
  durationSumMs: number;
  buckets: number[];
}

/** A connection with its prepared statements, and what a batch may remember until its end. Acts are functions on it. */
export class Database {
  readonly raw: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #writing = new Map<string, StatementSync>();
  /** Of the present batch; read again at each begin. */
  epoch = 0;
  lowSeq = 0;
  /** Events before this one have their entries in lists (acts/listing.ts). */
  listedSeq = 0;
  /** Versions of accounts as the batch found them; cleared by whatever changes one. */
  readonly versions = new Map<number, number | null>();
  readonly tallies = new Map<number, Tally>();
  /** An endpoint never changes its account. */
  readonly accountOf = new Map<number, number>();
  /** Where the sweep goes on. */
  sweptSeq = 0;
  /** Set when going on could lie about what is on disk: nothing is written any more. */
  broken: StoreError | null = null;
  /** Work may be ours without a row and without anybody knowing: the checkpoint stays until that is looked up. */
  inDoubt = false;
  /** Whether ids of deleted events are still to be known; looked up at the first begin. */
  pastEvents = false;
  #nextSeq = 0;

  constructor(raw: DatabaseSync) {
    this.raw = raw;
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values);
  }

  rows(sql: string, ...values: SQLInputValue[]): IterableIterator<Row> {
    return this.#prepared(sql).iterate(...values);
  }

  /** How many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    let statement = this.#writing.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      // Or it would throw for the row id of an attempt, which may be above 2^53, although nobody asked for that.
      statement.setReadBigInts(true);
      this.#writing.set(sql, statement);
    }
    return Number(statement.run(...values).changes);
  }

  /** The row id of what it inserted. */
  insert(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).lastInsertRowid);
  }

  /** Forgets what belonged to the batch before. */
  begin(): void {
    this.versions.clear();
    this.tallies.clear();
    this.readNode();
    if (this.#nextSeq === 0) {
      this.pastEvents = this.get('SELECT 1 FROM past_event LIMIT 1') !== undefined;
      this.#nextSeq =
        1 +
        Number(
          this.get(
            'SELECT max((SELECT last_seq FROM node), coalesce((SELECT max(seq) FROM event), 0)) AS seq',
          )!.seq,
        );
    }
  }

  readNode(): void {
    const node = this.get('SELECT epoch, low_seq, listed_seq FROM node')!;
    this.epoch = Number(node.epoch);
    this.lowSeq = Number(node.low_seq);
    this.listedSeq = Number(node.listed_seq);
  }

  /** The position the next event will get. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** A position that no event ever had. */
  takeSeq(): number {
    return this.#nextSeq++;
  }

  /** Stops an act of a process whose work was taken over. */
  requireEpoch(epoch: number): void {
    if (epoch !== this.epoch) {
      throw new StoreError(
        `Another process took over the work of this database (epoch ${this.epoch}, ours was ${epoch}).`,
        true,
      );
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** What is bound to a bare `LIMIT ?` goes into SQLite's plan: it would prepare the statement anew each time it runs. */
  #prepare(sql: string): StatementSync {
    return this.raw.prepare(sql.replaceAll('LIMIT ?', 'LIMIT 0 + ?'));
  }
}
