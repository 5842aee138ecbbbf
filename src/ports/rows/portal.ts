import type { PortalLink } from '../../core/portal.ts';
import type { Row } from './row.ts';

/** A link to a portal as its row tells it. */
export function linkOf(row: Row): PortalLink {
  return {
    id: row.id as string,
    accountNo: row.account_no as number,
    tokenHash: row.token_hash as string,
    sessionHash: row.session_hash as string | null,
    name: row.name as string,
    color: row.color as string | null,
    origins: JSON.parse(row.origins as string) as string[],
    readOnly: Boolean(row.read_only),
    madeBy: row.made_by as string,
    createdAtMs: row.created_at as number,
    expiresAtMs: row.expires_at as number,
    lastsMs: row.lasts as number,
    openedAtMs: row.opened_at as number | null,
    endsAtMs: row.ends_at as number | null,
    revokedAtMs: row.revoked_at as number | null,
  };
}
