import * as limits from '../../core/limits/people.ts';
import type { AuditEntry, Person, Role, Session } from '../../core/person.ts';
import type { Row } from './row.ts';

/** A person as their row tells it. */
export function personOf(row: Row): Person {
  return {
    id: row.id as string,
    name: row.name as string,
    email: row.email as string | null,
    role: row.role as Role,
    passwordHash: row.password_hash as string | null,
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
  };
}

/** A session as its row tells it. */
export function sessionOf(row: Row): Session {
  return {
    id: row.id as string,
    tokenHash: row.token_hash as string,
    personId: row.person_id as string | null,
    keyHash: row.key_hash as string | null,
    userAgent: row.user_agent as string,
    createdAtMs: row.created_at as number,
    expiresAtMs: row.expires_at as number,
  };
}

/** An entry of the audit log as its row tells it. */
export function auditOf(row: Row): AuditEntry {
  return {
    no: row.no as number,
    atMs: row.at as number,
    actorId: row.actor_id as string,
    actor: row.actor as string,
    act: row.act as string,
    target: row.target as string,
    accountId: row.account_id as string | null,
    aboutId: row.about_id as string | null,
    aboutName: row.about_name as string | null,
  };
}

/**
 * The statement that trims the audit log after the entry `no` by this actor, with its one value; null when it is not time yet.
 * The condition stands as the partial indexes of both stores have it.
 */
export function auditTrim(no: number, actorId: string): { sql: string; most: number } | null {
  if (no % limits.auditTrimEvery !== 0) return null;
  const isPortal = actorId.startsWith('ptl_');
  const share = `substr(actor_id, 1, 4) ${isPortal ? '=' : '<>'} 'ptl_'`;
  return {
    sql: `DELETE FROM audit WHERE ${share} AND no <= (SELECT no FROM audit WHERE ${share} ORDER BY no DESC LIMIT 1 OFFSET ?)`,
    most: isPortal ? limits.auditEntriesOfPortals : limits.auditEntries,
  };
}
