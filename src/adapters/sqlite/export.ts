import { createHash, hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import {
  type ArchiveHead,
  type ArchiveKind,
  type ArchiveSum,
  type ArchiveTable,
  type ArchiveValue,
  archiveEras,
  archiveFormat,
  archiveTables,
} from '../../core/archive.ts';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';
import { open, places } from '../../ports/rows/delivery.ts';
import { attemptIds } from './acts/rows.ts';
import { openReader } from './connection.ts';
import { requireDatabase } from './file.ts';
import { lockDatabase } from './lock.ts';
import { statusOfSchema } from './migrations.ts';

/** Where an archive's table comes from, where that is more than a table of the same name and columns. */
interface Origin {
  from?: string;
  columns?: Readonly<Record<string, string>>;
}

const accountOf = (seq: string): string => `(SELECT account_no FROM event WHERE seq = ${seq})`;
const isOwed = `(state = ${open} OR lease IS NOT NULL)`;
const origins: Readonly<Record<string, Origin>> = {
  endpoint: {
    columns: { rate_per_second: "config ->> 'ratePerSecond'", ordered: "coalesce(config ->> 'ordered', 0)" },
  },
  event_id: {
    from: `(SELECT account_no, id, seq, hash_of(type, data) AS hash, type, json_array_length(targets) AS deliveries, created_at FROM event
      UNION ALL SELECT account_no, id, seq, hex(hash), type, deliveries, created_at FROM past_event)`,
  },
  open_delivery: {
    from: `(SELECT * FROM delivery WHERE ${isOwed})`,
    columns: { account_no: accountOf(`key / ${places}`), leased: 'lease IS NOT NULL' },
  },
  ended_delivery: {
    from: `(SELECT * FROM delivery WHERE NOT ${isOwed})`,
    columns: {
      account_no: accountOf(`key / ${places}`),
      ended_at: 'coalesce(ended_at, last_at, started_at)',
    },
  },
  attempt: {
    from: `(SELECT id / ${attemptIds} AS key, id % ${attemptIds} AS n, * FROM attempt ORDER BY id)`,
    columns: { account_no: accountOf(`key / ${places}`) },
  },
  // A key whose event is not known any more answers nothing.
  idempotency: {
    from: `(SELECT i.*, coalesce((SELECT id FROM event WHERE seq = event_seq), (SELECT id FROM past_event WHERE seq = event_seq)) AS event_id
      FROM idempotency i WHERE event_id IS NOT NULL)`,
  },
};

/**
 * Everything a database holds as lines of an archive, with secrets as they are stored: encrypted. Nobody else may work on the file
 * meanwhile, or what is accepted after it was read would be in neither. `summed` is told each table's sum.
 */
export function* exportFile(file: string, summed: (sum: ArchiveSum) => void): Generator<string, void> {
  if (!existsSync(file))
    throw new SurehookError('not_found', `There is no database ${file}. Name it with --database.`);
  requireDatabase(file);
  const lock = lockDatabase(file);
  try {
    const db = openReader(file);
    try {
      requirePresentSchema(db, file);
      db.exec('BEGIN');
      db.function('hash_of', { deterministic: true }, (type, data) => hash('sha256', `${type}\n${data}`));
      yield JSON.stringify(headOf(db));
      for (const table of archiveTables) yield* linesOf(db, table, summed);
      yield JSON.stringify({ end: true });
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

function* linesOf(db: DatabaseSync, table: ArchiveTable, summed: (sum: ArchiveSum) => void) {
  const { from = table.name, columns: expressions = {} } = origins[table.name] ?? {};
  const columns = Object.keys(table.columns).map((name) =>
    name in expressions ? `${expressions[name]} AS ${name}` : name,
  );
  yield JSON.stringify({ table: table.name });
  const kinds = Object.values(table.columns);
  const sum = createHash('sha256');
  let rows = 0;
  const statement = db.prepare(
    `SELECT ${columns.join(', ')} FROM ${from} ORDER BY ${table.order.join(', ')}`,
  );
  statement.setReturnArrays(true);
  for (const row of statement.iterate() as unknown as Iterable<SQLOutputValue[]>) {
    const line = JSON.stringify(row.map((value, i) => archived(value, kinds[i]!)));
    sum.update(`${line}\n`);
    rows += 1;
    yield line;
  }
  const sha256 = sum.digest('hex');
  yield JSON.stringify({ rows, sha256 });
  summed({ table: table.name, rows, sha256 });
}

function archived(value: SQLOutputValue, kind: ArchiveKind): ArchiveValue {
  if (value === null) return null;
  switch (kind) {
    case 'flag':
      return value === 1;
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'uuid':
      return String(value).slice(0, 32).toLowerCase();
    case 'ints':
      return JSON.parse(value as string) as number[];
    default:
      return value as string | number;
  }
}

function headOf(db: DatabaseSync): ArchiveHead {
  const node = db
    .prepare('SELECT low_seq, max(last_seq, coalesce((SELECT max(seq) FROM event), 0)) AS last_seq FROM node')
    .get()!;
  const given = db.prepare('SELECT name, seq FROM sqlite_sequence').all();
  return {
    surehook: 'export',
    format: archiveFormat,
    lastSeq: Number(node.last_seq),
    lowSeq: Number(node.low_seq),
    eras: erasOf(db, Number(node.last_seq)),
    numbers: Object.fromEntries(given.map(({ name, seq }) => [String(name), Number(seq)])),
  };
}

/** A day each, so that each can be dropped when it is old; the oldest are one where there are too many. */
function erasOf(db: DatabaseSync, lastSeq: number): ArchiveHead['eras'] {
  const days = db
    .prepare(
      `SELECT max(seq) + 1 AS until_seq, max(created_at) AS last_at FROM event GROUP BY created_at / ${limits.eraMaxMs} ORDER BY 2`,
    )
    .all();
  const eras: ArchiveHead['eras'] = [];
  for (const day of days.slice(-archiveEras)) {
    const untilSeq = Number(day.until_seq);
    // A clock that went back.
    if (untilSeq <= (eras.at(-1)?.untilSeq ?? 0)) continue;
    eras.push({ untilSeq, lastAtMs: Number(day.last_at) });
  }
  const last = eras.at(-1);
  if (last !== undefined) last.untilSeq = lastSeq + 1;
  else if (lastSeq > 0) eras.push({ untilSeq: lastSeq + 1, lastAtMs: 0 });
  return eras;
}

function requirePresentSchema(db: DatabaseSync, file: string): void {
  const { version, latest } = statusOfSchema(db);
  if (version === latest) return;
  throw new SurehookError(
    'conflict',
    version < latest
      ? `The database ${file} has schema ${version} of ${latest}. Run "surehook migrate" on it first.`
      : `The database ${file} has schema ${version}; this version of Surehook knows up to ${latest}. Export it with the version that wrote it.`,
  );
}
