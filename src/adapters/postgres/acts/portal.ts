import * as limits from '../../../core/limits/portals.ts';
import type { PortalLink } from '../../../core/portal.ts';
import type { PortalStore } from '../../../ports/portal-store.ts';
import { linkOf } from '../../../ports/rows/portal.ts';
import type { Session as Connection } from '../session.ts';

type Input<Name extends keyof PortalStore> = Parameters<PortalStore[Name]>[0];

export async function createPortalLink(db: Connection, link: PortalLink): Promise<void> {
  await db.run(
    'DELETE FROM portal_link WHERE account_no = ? AND coalesce(ends_at, expires_at) <= ?',
    link.accountNo,
    link.createdAtMs - limits.portalKeepMs,
  );
  await db.run(
    'DELETE FROM portal_link WHERE id IN (SELECT id FROM portal_link WHERE account_no = ? ORDER BY id DESC OFFSET ?)',
    link.accountNo,
    limits.portalLinksEach - 1,
  );
  await db.run(
    `INSERT INTO portal_link (id, account_no, token_hash, session_hash, name, color, origins, read_only, made_by, created_at, expires_at, lasts, opened_at, ends_at, revoked_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    link.id,
    link.accountNo,
    link.tokenHash,
    link.sessionHash,
    link.name,
    link.color,
    JSON.stringify(link.origins),
    link.readOnly,
    link.madeBy,
    link.createdAtMs,
    link.expiresAtMs,
    link.lastsMs,
    link.openedAtMs,
    link.endsAtMs,
    link.revokedAtMs,
  );
}

export async function portalLinks(
  db: Connection,
  { accountNo, limit, before }: Input<'portalLinks'>,
): Promise<PortalLink[]> {
  const rows = await db.all(
    'SELECT * FROM portal_link WHERE account_no = ? AND id < ? ORDER BY id DESC LIMIT ?',
    accountNo,
    before ?? '~',
    limit,
  );
  return rows.map(linkOf);
}

export async function portalLink(db: Connection, id: string): Promise<PortalLink | null> {
  const row = await db.get('SELECT * FROM portal_link WHERE id = ?', id);
  return row === undefined ? null : linkOf(row);
}

export async function openPortalLink(
  db: Connection,
  { tokenHash, sessionHash, nowMs }: Input<'openPortalLink'>,
): Promise<PortalLink | null> {
  const row = await db.get(
    `UPDATE portal_link SET session_hash = ?, opened_at = ?, ends_at = CAST(? AS bigint) + lasts
     WHERE token_hash = ? AND opened_at IS NULL AND revoked_at IS NULL AND expires_at > ? RETURNING *`,
    sessionHash,
    nowMs,
    nowMs,
    tokenHash,
    nowMs,
  );
  return row === undefined ? null : linkOf(row);
}

export async function openPortal(
  db: Connection,
  { sessionHash, nowMs }: Input<'openPortal'>,
): Promise<PortalLink | null> {
  const row = await db.get(
    'SELECT * FROM portal_link WHERE session_hash = ? AND revoked_at IS NULL AND ends_at > ?',
    sessionHash,
    nowMs,
  );
  return row === undefined ? null : linkOf(row);
}

/** What was revoked stays as it was. */
export async function revokePortalLink(
  db: Connection,
  { accountNo, id, nowMs }: Input<'revokePortalLink'>,
): Promise<boolean> {
  return (
    (await db.run(
      'UPDATE portal_link SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? AND account_no = ?',
      nowMs,
      id,
      accountNo,
    )) > 0
  );
}
