import * as limits from '../../../core/limits/portals.ts';
import type { PortalLink } from '../../../core/portal.ts';
import type { PortalStore } from '../../../ports/portal-store.ts';
import { linkOf } from '../../../ports/rows/portal.ts';
import type { Database } from '../database.ts';

type Input<Name extends keyof PortalStore> = Parameters<PortalStore[Name]>[0];

export function createPortalLink(db: Database, link: PortalLink): void {
  db.run(
    'DELETE FROM portal_link WHERE account_no = ? AND coalesce(ends_at, expires_at) <= ?',
    link.accountNo,
    link.createdAtMs - limits.portalKeepMs,
  );
  db.run(
    'DELETE FROM portal_link WHERE id IN (SELECT id FROM portal_link WHERE account_no = ? ORDER BY id DESC LIMIT -1 OFFSET ?)',
    link.accountNo,
    limits.portalLinksEach - 1,
  );
  db.run(
    `INSERT INTO portal_link (id, account_no, token_hash, session_hash, name, color, origins, read_only, made_by, created_at, expires_at, lasts, opened_at, ends_at, revoked_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    link.id,
    link.accountNo,
    link.tokenHash,
    link.sessionHash,
    link.name,
    link.color,
    JSON.stringify(link.origins),
    link.readOnly ? 1 : 0,
    link.madeBy,
    link.createdAtMs,
    link.expiresAtMs,
    link.lastsMs,
    link.openedAtMs,
    link.endsAtMs,
    link.revokedAtMs,
  );
}

export function portalLinks(db: Database, { accountNo, limit, before }: Input<'portalLinks'>): PortalLink[] {
  const rows = db.all(
    'SELECT * FROM portal_link WHERE account_no = ? AND id < ? ORDER BY id DESC LIMIT ?',
    accountNo,
    before ?? '~',
    limit,
  );
  return rows.map(linkOf);
}

export function portalLink(db: Database, id: string): PortalLink | null {
  const row = db.get('SELECT * FROM portal_link WHERE id = ?', id);
  return row === undefined ? null : linkOf(row);
}

export function openPortalLink(
  db: Database,
  { tokenHash, sessionHash, nowMs }: Input<'openPortalLink'>,
): PortalLink | null {
  const row = db.get(
    `UPDATE portal_link SET session_hash = ?, opened_at = ?, ends_at = ? + lasts
     WHERE token_hash = ? AND opened_at IS NULL AND revoked_at IS NULL AND expires_at > ? RETURNING *`,
    sessionHash,
    nowMs,
    nowMs,
    tokenHash,
    nowMs,
  );
  return row === undefined ? null : linkOf(row);
}

export function openPortal(db: Database, { sessionHash, nowMs }: Input<'openPortal'>): PortalLink | null {
  const row = db.get(
    'SELECT * FROM portal_link WHERE session_hash = ? AND revoked_at IS NULL AND ends_at > ?',
    sessionHash,
    nowMs,
  );
  return row === undefined ? null : linkOf(row);
}

/** What was revoked stays as it was. */
export function revokePortalLink(db: Database, { accountNo, id, nowMs }: Input<'revokePortalLink'>): boolean {
  return (
    db.run(
      'UPDATE portal_link SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? AND account_no = ?',
      nowMs,
      id,
      accountNo,
    ) > 0
  );
}
