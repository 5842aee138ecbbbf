import { statusFor } from '../../../core/bin.ts';
import * as limits from '../../../core/limits/bins.ts';
import type { BinStore } from '../../../ports/bin-store.ts';
import { binConfigOf, binOf, caughtOf } from '../../../ports/rows/bin.ts';
import type { NewSealedBin, SealedBin, SealedCaught } from '../../../ports/sealed-bins.ts';
import type { Database } from '../database.ts';

export function createBin(db: Database, bin: NewSealedBin, maxBins: number): SealedBin | 'too_many' {
  const { n } = db.get('SELECT count(*) AS n FROM bin WHERE account_no = ?', bin.accountNo)!;
  if ((n as number) >= maxBins) return 'too_many';
  const no = db.insert(
    'INSERT INTO bin (id, account_no, hidden, config, caught, created_at, updated_at) VALUES (?, ?, ?, ?, 0, ?, ?)',
    bin.id,
    bin.accountNo,
    bin.hidden,
    binConfigOf(bin),
    bin.createdAtMs,
    bin.updatedAtMs,
  );
  return { ...bin, no, caught: 0 };
}

export function updateBin(db: Database, bin: SealedBin): boolean {
  const sql = 'UPDATE bin SET hidden = ?, config = ?, caught = 0, updated_at = ? WHERE no = ?';
  return db.run(sql, bin.hidden, binConfigOf(bin), bin.updatedAtMs, bin.no) > 0;
}

export function deleteBin(db: Database, no: number): void {
  db.run('DELETE FROM bin_request WHERE bin_no = ?', no);
  db.run('DELETE FROM bin WHERE no = ?', no);
}

export function deleteBinsOf(db: Database, accountNo: number): void {
  for (const { no } of db.all('SELECT no FROM bin WHERE account_no = ?', accountNo))
    deleteBin(db, no as number);
}

export function bins(db: Database, accountNo: number): SealedBin[] {
  return db.all('SELECT * FROM bin WHERE account_no = ? ORDER BY no DESC', accountNo).map(binOf);
}

export function binById(db: Database, id: string): SealedBin | null {
  const row = db.get('SELECT * FROM bin WHERE id = ?', id);
  return row === undefined ? null : binOf(row);
}

export function catchRequest(
  db: Database,
  binNo: number,
  request: Omit<SealedCaught, 'status'>,
): { bin: SealedBin; status: number | null } | null {
  const [row] = db.all('UPDATE bin SET caught = caught + 1 WHERE no = ? RETURNING *', binNo);
  if (row === undefined) return null;
  const bin = binOf(row);
  const status = statusFor(bin.behaviour, bin.caught);
  db.run(
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
  forgetOldest(db, binNo);
  return { bin, status };
}

/** Newest first, adds up until a bound is reached; what is older goes. */
function forgetOldest(db: Database, binNo: number): void {
  let count = 0;
  let bytes = 0;
  let past: number | null = null;
  for (const row of db.rows(
    'SELECT no, kept_bytes FROM bin_request WHERE bin_no = ? ORDER BY no DESC',
    binNo,
  )) {
    count += 1;
    bytes += row.kept_bytes as number;
    if (count <= limits.binRequestsKept && (bytes <= limits.binKeptBytes || count === 1)) continue;
    past = row.no as number;
    break;
  }
  if (past !== null) db.run('DELETE FROM bin_request WHERE bin_no = ? AND no <= ?', binNo, past);
}

export function listCaught(
  db: Database,
  binNo: number,
  page: Parameters<BinStore['listCaught']>[1],
): { no: number; request: SealedCaught }[] {
  const rows =
    'after' in page
      ? db.rows(
          'SELECT * FROM bin_request WHERE bin_no = ? AND no > ? ORDER BY no LIMIT ?',
          binNo,
          page.after,
          page.limit,
        )
      : db.rows(
          'SELECT * FROM bin_request WHERE bin_no = ? AND no < ? ORDER BY no DESC LIMIT ?',
          binNo,
          page.before ?? Number.MAX_SAFE_INTEGER,
          page.limit,
        );
  const found: { no: number; request: SealedCaught }[] = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += row.kept_bytes as number;
    if (bytes > page.maxBytes && found.length > 0) break;
    found.push({ no: row.no as number, request: caughtOf(row) });
  }
  return found;
}

/** Up to `limit`, oldest first. */
export function forgetCaught(db: Database, beforeMs: number, limit: number): number {
  return db.run(
    'DELETE FROM bin_request WHERE no IN (SELECT no FROM bin_request WHERE at < ? ORDER BY at LIMIT ?)',
    beforeMs,
    limit,
  );
}
