import { sourceConfigOf, sourceOf } from '../../../ports/rows/source.ts';
import type { NewSealedSource, SealedSource, SealedSourceChanges } from '../../../ports/sealed-sources.ts';
import type { Session } from '../session.ts';

export async function allSources(session: Session): Promise<SealedSource[]> {
  return (await session.all('SELECT * FROM source WHERE deleted_at IS NULL ORDER BY no')).map(sourceOf);
}

export async function sourceNos(session: Session): Promise<number[]> {
  return (await session.all('SELECT no FROM source WHERE deleted_at IS NULL')).map(({ no }) => no as number);
}

export async function sourceById(session: Session, no: number): Promise<SealedSource | null> {
  const row = await session.get('SELECT * FROM source WHERE no = ? AND deleted_at IS NULL', no);
  return row === undefined ? null : sourceOf(row);
}

/** The account's row is held, so that they are counted one after another. */
export async function createSource(
  session: Session,
  source: NewSealedSource,
  maxSources: number,
): Promise<SealedSource | 'too_many'> {
  const { accountNo } = source;
  await session.get('SELECT 1 FROM account WHERE no = ? FOR UPDATE', accountNo);
  const { n } = (await session.get(
    'SELECT count(*) AS n FROM source WHERE account_no = ? AND deleted_at IS NULL',
    accountNo,
  ))!;
  if ((n as number) >= maxSources) return 'too_many';
  const made = await session.get(
    'INSERT INTO source (id, account_no, secrets, config, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING no',
    source.id,
    accountNo,
    source.sealed,
    sourceConfigOf(source),
    source.createdAtMs,
    source.updatedAtMs,
  );
  return { ...source, no: made!.no as number };
}

export async function updateSource(
  session: Session,
  no: number,
  changes: SealedSourceChanges,
): Promise<SealedSource | null> {
  const row = await session.get('SELECT * FROM source WHERE no = ? AND deleted_at IS NULL FOR UPDATE', no);
  if (row === undefined) return null;
  const after = { ...sourceOf(row), ...changes };
  await session.run(
    'UPDATE source SET secrets = ?, config = ?, updated_at = ? WHERE no = ?',
    after.sealed,
    sourceConfigOf(after),
    after.updatedAtMs,
    no,
  );
  return after;
}

export async function deleteSource(session: Session, no: number, nowMs: number): Promise<void> {
  const sql = 'UPDATE source SET deleted_at = ?, secrets = NULL WHERE no = ? AND deleted_at IS NULL';
  await session.run(sql, nowMs, no);
  await session.run('DELETE FROM source_request WHERE source_no = ?', no);
}

export async function deleteSourcesOf(session: Session, accountNo: number, nowMs: number): Promise<void> {
  const sql = 'SELECT no FROM source WHERE account_no = ? AND deleted_at IS NULL';
  for (const row of await session.all(sql, accountNo)) await deleteSource(session, row.no as number, nowMs);
}
