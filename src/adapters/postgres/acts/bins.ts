import { statusFor } from '../../../core/bin.ts';
import * as limits from '../../../core/limits/bins.ts';
import type { BinStore } from '../../../ports/bin-store.ts';
import { binConfigOf, binOf, caughtOf } from '../../../ports/rows/bin.ts';
import type { NewSealedBin, SealedBin, SealedCaught } from '../../../ports/sealed-bins.ts';
import type { Session } from '../session.ts';
import { storable } from './rows.ts';

/** The account's row is held, so that they are counted one after another. */
export async function createBin(
  session: Session,
  bin: NewSealedBin,
  maxBins: number,
): Promise<SealedBin | 'too_many'> {
  await session.get('SELECT 1 FROM account WHERE no = ? FOR UPDATE', bin.accountNo);
  const { n } = (await session.get('SELECT count(*) AS n FROM bin WHERE account_no = ?', bin.accountNo))!;
  if ((n as number) >= maxBins) return 'too_many';
  const made = await session.get(
    'INSERT INTO bin (id, account_no, hidden, config, caught, created_at, updated_at) VALUES (?, ?, ?, ?, 0, ?, ?) RETURNING no',
    bin.id,
    bin.accountNo,
    bin.hidden,
    binConfigOf(bin),
    bin.createdAtMs,
    bin.updatedAtMs,
  );
  return { ...bin, no: made!.no as number, caught: 0 };
}

export async function updateBin(session: Session, bin: SealedBin): Promise<boolean> {
  const sql = 'UPDATE bin SET hidden = ?, config = ?, caught = 0, updated_at = ? WHERE no = ?';
  return (await session.run(sql, bin.hidden, binConfigOf(bin), bin.updatedAtMs, bin.no)) > 0;
}

/** The bin first: whoever catches for it at the same time waits, and then finds none. */
export async function deleteBin(session: Session, no: number): Promise<void> {
  await session.run('DELETE FROM bin WHERE no = ?', no);
  await session.run('DELETE FROM bin_request WHERE bin_no = ?', no);
}

export async function deleteBinsOf(session: Session, accountNo: number): Promise<void> {
  for (const { no } of await session.all('SELECT no FROM bin WHERE account_no = ?', accountNo))
    await deleteBin(session, no as number);
}

export async function bins(session: Session, accountNo: number): Promise<SealedBin[]> {
  return (await session.all('SELECT * FROM bin WHERE account_no = ? ORDER BY no DESC', accountNo)).map(binOf);
}

export async function binById(session: Session, id: string): Promise<SealedBin | null> {
  const row = await session.get('SELECT * FROM bin WHERE id = ?', storable(id));
  return row === undefined ? null : binOf(row);
}

export async function catchRequest(
  session: Session,
  binNo: number,
  request: Omit<SealedCaught, 'status'>,
): Promise<{ bin: SealedBin; status: number | null } | null> {
  const row = await session.get('UPDATE bin SET caught = caught + 1 WHERE no = ? RETURNING *', binNo);
  if (row === undefined) return null;
  const bin = binOf(row);
  const status = statusFor(bin.behaviour, bin.caught);
  await session.run(
    'INSERT INTO bin_request (bin_no, id, at, method, status, body_bytes, kept_bytes, head, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    binNo,
    request.id,
    request.atMs,
    request.method,
    status,
    request.bodyBytes,
    request.body?.length ?? 0,
    request.head,
    request.body,
  );
  // Newest first, added up until a bound is reached; what is older goes. The newest stays, however large.
  await session.run(
    `DELETE FROM bin_request WHERE bin_no = ? AND no <= (
       SELECT no FROM (SELECT no, row_number() OVER past AS nth, sum(kept_bytes) OVER past AS bytes FROM bin_request
         WHERE bin_no = ? WINDOW past AS (ORDER BY no DESC ROWS UNBOUNDED PRECEDING)) r
       WHERE nth > 1 AND (nth > ? OR bytes > ?) ORDER BY nth LIMIT 1)`,
    binNo,
    binNo,
    limits.binRequestsKept,
    limits.binKeptBytes,
  );
  return { bin, status };
}

/** The page's bytes are added up by the server, so that no more than one page of bodies comes over. */
export async function listCaught(
  session: Session,
  binNo: number,
  page: Parameters<BinStore['listCaught']>[1],
): Promise<{ no: number; request: SealedCaught }[]> {
  const isAfter = 'after' in page;
  const [bound, order] = isAfter ? ['no > ?', 'no'] : ['no < ?', 'no DESC'];
  const rows = await session.all(
    `SELECT r.* FROM bin_request r JOIN (
       SELECT no, row_number() OVER past AS nth, sum(kept_bytes) OVER past AS bytes FROM bin_request
       WHERE bin_no = ? AND ${bound} WINDOW past AS (ORDER BY ${order} ROWS UNBOUNDED PRECEDING)
     ) p ON p.no = r.no WHERE p.nth <= ? AND (p.nth = 1 OR p.bytes <= ?) ORDER BY p.nth`,
    binNo,
    isAfter ? page.after : (page.before ?? Number.MAX_SAFE_INTEGER),
    page.limit,
    page.maxBytes,
  );
  return rows.map((row) => ({ no: row.no as number, request: caughtOf(row) }));
}

/** Up to `limit`, oldest first. */
export async function forgetCaught(session: Session, beforeMs: number, limit: number): Promise<number> {
  return await session.run(
    'DELETE FROM bin_request WHERE no IN (SELECT no FROM bin_request WHERE at < ? ORDER BY at LIMIT ?)',
    beforeMs,
    limit,
  );
}
