import * as limits from '../../../core/limits/store.ts';
import { delivered, places } from '../../../ports/rows/delivery.ts';
import type { Database } from '../database.ts';

/*
 * Lists by type, and of what arrived at an endpoint, are kept in tables of their own, whose entries are made for many events at
 * once, in order: a page takes many of them then. What is newer than `listed_seq` has none, and whoever looks things up looks
 * through that as it is. Success is the most common end, so nothing is written there for it at each commit.
 */

/** Makes the entries of the oldest that have none, once there are many of them. Part of every commit. */
export function listSome(db: Database): void {
  if (db.nextSeq - db.listedSeq >= limits.unlistedEvents)
    listUpTo(db, Math.min(db.nextSeq, db.listedSeq + limits.listedAtOnce));
}

/** Afterwards everything that there is has its entry. */
export function listAll(db: Database): void {
  listUpTo(db, db.nextSeq);
}

function listUpTo(db: Database, seq: number): void {
  const from = db.listedSeq;
  if (seq <= from) return;
  db.run(
    'INSERT INTO event_of_type SELECT account_no, type, seq FROM event WHERE seq >= ? AND seq < ? ORDER BY account_no, type, seq',
    from,
    seq,
  );
  db.run(
    `INSERT INTO delivery_arrived SELECT endpoint_no, key FROM delivery NOT INDEXED WHERE key >= ? AND key < ? AND state = ${delivered}
     ORDER BY endpoint_no, key`,
    from * places,
    seq * places,
  );
  db.run('UPDATE node SET listed_seq = ?', seq);
  db.readNode();
}

/** A delivery that got its first row when it had arrived: later than others of its time. */
export function listArrived(db: Database, endpointNo: number, key: number): void {
  if (key < db.listedSeq * places) db.run('INSERT INTO delivery_arrived VALUES (?, ?)', endpointNo, key);
}

/** Where an endpoint's deliveries in one state are, in the order of their keys. */
export interface Shelf {
  /** In place of `delivery d`. */
  from: string;
  /** Of the endpoint's number and the state. */
  where: string;
  key: string;
  /** Keys from and up to which they are there. */
  least: number;
  most: number;
}

/** One or two shelves: what arrived lately has no entry in the list yet. */
export function shelvesOf(db: Database, state: number): Shelf[] {
  const all = { least: 0, most: Number.MAX_SAFE_INTEGER };
  if (state !== delivered) {
    // Named, for the index is of these only.
    const where = `d.endpoint_no = ? AND d.state = ? AND d.state <> ${delivered}`;
    return [{ from: 'delivery d', where, key: 'd.key', ...all }];
  }
  const listedKey = db.listedSeq * places;
  return [
    {
      from: 'delivery d NOT INDEXED',
      where: 'd.endpoint_no = ? AND d.state = ?',
      key: 'd.key',
      ...all,
      least: listedKey,
    },
    {
      from: 'delivery_arrived a CROSS JOIN delivery d ON d.key = a.key',
      where: 'a.endpoint_no = ? AND d.state = ?',
      key: 'a.key',
      ...all,
      most: listedKey,
    },
  ];
}

/** The one that has all of them, once everything has its entry. */
export function wholeShelfOf(db: Database, state: number): Shelf {
  return shelvesOf(db, state).at(-1)!;
}
