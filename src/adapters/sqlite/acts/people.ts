import * as limits from '../../../core/limits/people.ts';
import type { AuditEntry, Person, Session } from '../../../core/person.ts';
import type { PeopleStore, PersonChange, PersonRefusal } from '../../../ports/people-store.ts';
import { auditOf, auditTrim, personOf, sessionOf } from '../../../ports/rows/people.ts';
import type { Database } from '../database.ts';

type Input<Name extends keyof PeopleStore> = Parameters<PeopleStore[Name]>[0];

export function people(db: Database): Person[] {
  return db.all('SELECT * FROM person ORDER BY created_at, id').map(personOf);
}

export function createPerson(db: Database, person: Person): Person | PersonRefusal {
  if (Number(db.get('SELECT count(*) AS n FROM person')!.n) >= limits.people) return 'too_many';
  if (isTaken(db, person)) return 'email_taken';
  db.run(
    'INSERT INTO person (id, name, email, role, password_hash, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    person.id,
    person.name,
    person.email,
    person.role,
    person.passwordHash,
    person.createdAtMs,
    person.updatedAtMs,
  );
  return person;
}

export function updatePerson(db: Database, { id, changes, keepOnly }: PersonChange): Person | PersonRefusal {
  const before = personById(db, id);
  if (before === null) return 'not_found';
  const after = { ...before, ...changes };
  if (after.role !== 'owner' && isLastOwner(db, before)) return 'last_owner';
  if (isTaken(db, after)) return 'email_taken';
  db.run(
    'UPDATE person SET name = ?, email = ?, role = ?, password_hash = ?, updated_at = ? WHERE id = ?',
    after.name,
    after.email,
    after.role,
    after.passwordHash,
    after.updatedAtMs,
    id,
  );
  if (keepOnly !== undefined) {
    db.run('DELETE FROM session WHERE person_id = ? AND id IS NOT ?', id, keepOnly);
    db.run('DELETE FROM sign_in_link WHERE person_id = ?', id);
  }
  return after;
}

export function deletePerson(db: Database, id: string): 'deleted' | PersonRefusal {
  const person = personById(db, id);
  if (person === null) return 'not_found';
  if (isLastOwner(db, person)) return 'last_owner';
  db.run('DELETE FROM session WHERE person_id = ?', id);
  db.run('DELETE FROM sign_in_link WHERE person_id = ?', id);
  db.run('DELETE FROM person WHERE id = ?', id);
  return 'deleted';
}

export function createSignInLink(
  db: Database,
  { hash, personId, nowMs, expiresAtMs }: Input<'createSignInLink'>,
): void {
  db.run('DELETE FROM sign_in_link WHERE expires_at <= ?', nowMs);
  db.run(
    'DELETE FROM sign_in_link WHERE hash IN (SELECT hash FROM sign_in_link ORDER BY created_at DESC LIMIT -1 OFFSET ?)',
    limits.signInLinks - 1,
  );
  db.run(
    'INSERT INTO sign_in_link (hash, person_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    hash,
    personId,
    nowMs,
    expiresAtMs,
  );
}

export function takeSignInLink(
  db: Database,
  { hash, nowMs, owner, session }: Input<'takeSignInLink'>,
): { person: Person; session: Session } | null {
  const link = db.get('DELETE FROM sign_in_link WHERE hash = ? RETURNING person_id, expires_at', hash);
  if (link === undefined || (link.expires_at as number) <= nowMs) return null;
  const person = link.person_id === null ? firstOwner(db, owner) : personById(db, link.person_id as string);
  if (person === null) return null;
  const made = { ...session, personId: person.id };
  createSession(db, made);
  return { person, session: made };
}

export function createSession(db: Database, session: Session): void {
  const { id, tokenHash, personId, keyHash, userAgent, createdAtMs, expiresAtMs } = session;
  db.run('DELETE FROM session WHERE expires_at <= ?', createdAtMs);
  db.run(
    `DELETE FROM session WHERE id IN
       (SELECT id FROM session WHERE person_id IS ? AND key_hash IS ? ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?)`,
    personId,
    keyHash,
    limits.sessionsEach - 1,
  );
  db.run(
    'INSERT INTO session (id, token_hash, person_id, key_hash, user_agent, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    id,
    tokenHash,
    personId,
    keyHash,
    userAgent,
    createdAtMs,
    expiresAtMs,
  );
}

export function findSession(
  db: Database,
  { tokenHash, nowMs }: Input<'findSession'>,
): { session: Session; person: Person | null } | null {
  const row = db.get('SELECT * FROM session WHERE token_hash = ? AND expires_at > ?', tokenHash, nowMs);
  if (row === undefined) return null;
  const session = sessionOf(row);
  return { session, person: session.personId === null ? null : personById(db, session.personId) };
}

export function sessions(db: Database, nowMs: number): Session[] {
  const rows = db.all(
    'SELECT * FROM session WHERE expires_at > ? ORDER BY id DESC LIMIT ?',
    nowMs,
    limits.sessionsShown,
  );
  return rows.map(sessionOf);
}

export function deleteSession(db: Database, id: string): boolean {
  return db.run('DELETE FROM session WHERE id = ?', id) > 0;
}

export function addAudit(db: Database, entry: Omit<AuditEntry, 'no'>): void {
  const no = db.insert(
    'INSERT INTO audit (at, actor_id, actor, act, target, account_id, about_id, about_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    entry.atMs,
    entry.actorId,
    entry.actor,
    entry.act,
    entry.target,
    entry.accountId,
    entry.aboutId,
    entry.aboutName,
  );
  const trim = auditTrim(no, entry.actorId);
  if (trim !== null) db.run(trim.sql, trim.most);
}

export function listAudit(db: Database, { limit, before }: Input<'listAudit'>): AuditEntry[] {
  const rows = db.all(
    'SELECT * FROM audit WHERE no < ? ORDER BY no DESC LIMIT ?',
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  );
  return rows.map(auditOf);
}

function firstOwner(db: Database, owner: Person): Person {
  const row = db.get("SELECT * FROM person WHERE role = 'owner' ORDER BY created_at, id LIMIT 1");
  if (row !== undefined) return personOf(row);
  createPerson(db, owner);
  return owner;
}

function personById(db: Database, id: string): Person | null {
  const row = db.get('SELECT * FROM person WHERE id = ?', id);
  return row === undefined ? null : personOf(row);
}

function isTaken(db: Database, { id, email }: Person): boolean {
  return (
    email !== null && db.get('SELECT 1 FROM person WHERE email = ? AND id <> ?', email, id) !== undefined
  );
}

function isLastOwner(db: Database, { id, role }: Person): boolean {
  return (
    role === 'owner' &&
    db.get("SELECT 1 FROM person WHERE role = 'owner' AND id <> ? LIMIT 1", id) === undefined
  );
}
