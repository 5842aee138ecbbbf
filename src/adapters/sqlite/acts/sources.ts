import { sourceConfigOf, sourceOf } from '../../../ports/rows/source.ts';
import type { NewSealedSource, SealedSource, SealedSourceChanges } from '../../../ports/sealed-sources.ts';
import type { Database } from '../database.ts';

export function allSources(db: Database): SealedSource[] {
  return db.all('SELECT * FROM source WHERE deleted_at IS NULL ORDER BY no').map(sourceOf);
}

export function sourceNos(db: Database): number[] {
  return db.all('SELECT no FROM source WHERE deleted_at IS NULL').map(({ no }) => no as number);
}

export function sourceById(db: Database, no: number): SealedSource | null {
  const row = db.get('SELECT * FROM source WHERE no = ? AND deleted_at IS NULL', no);
  return row === undefined ? null : sourceOf(row);
}

export function createSource(
  db: Database,
  source: NewSealedSource,
  maxSources: number,
): SealedSource | 'too_many' {
  const { accountNo } = source;
  const { n } = db.get(
    'SELECT count(*) AS n FROM source WHERE account_no = ? AND deleted_at IS NULL',
    accountNo,
  )!;
  if ((n as number) >= maxSources) return 'too_many';
  const no = db.insert(
    'INSERT INTO source (id, account_no, secrets, config, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
    source.id,
    accountNo,
    source.sealed,
    sourceConfigOf(source),
    source.createdAtMs,
    source.updatedAtMs,
  );
  return { ...source, no };
}

export function updateSource(db: Database, no: number, changes: SealedSourceChanges): SealedSource | null {
  const row = db.get('SELECT * FROM source WHERE no = ? AND deleted_at IS NULL', no);
  if (row === undefined) return null;
  const after = { ...sourceOf(row), ...changes };
  db.run(
    'UPDATE source SET secrets = ?, config = ?, updated_at = ? WHERE no = ?',
    after.sealed,
    sourceConfigOf(after),
    after.updatedAtMs,
    no,
  );
  return after;
}

export function deleteSource(db: Database, no: number, nowMs: number): void {
  db.run('UPDATE source SET deleted_at = ?, secrets = NULL WHERE no = ? AND deleted_at IS NULL', nowMs, no);
  db.run('DELETE FROM source_request WHERE source_no = ?', no);
}

export function deleteSourcesOf(db: Database, accountNo: number, nowMs: number): void {
  for (const row of db.all('SELECT no FROM source WHERE account_no = ? AND deleted_at IS NULL', accountNo))
    deleteSource(db, row.no as number, nowMs);
}
