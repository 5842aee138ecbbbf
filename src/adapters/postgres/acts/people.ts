import * as limits from '../../../core/limits/people.ts';
import type { AuditEntry, Person, Session } from '../../../core/person.ts';
import type { PeopleStore, PersonChange, PersonRefusal } from '../../../ports/people-store.ts';
import { auditOf, auditTrim, personOf, sessionOf } from '../../../ports/rows/people.ts';
import type { Session as Connection } from '../session.ts';

type Input<Name extends keyof PeopleStore> = Parameters<PeopleStore[Name]>[0];

/** Who is last, who is there already and how many there are is judged by one at a time. */
const alone = 'LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE';

export async function people(db: Connection): Promise<Person[]> {
  return (await db.all('SELECT * FROM person ORDER BY created_at, id')).map(personOf);
}

export async function createPerson(db: Connection, person: Person): Promise<Person | PersonRefusal> {
  await db.exec(alone);
  const { n } = (await db.get('SELECT count(*) AS n FROM person'))!;
  if (Number(n) >= limits.people) return 'too_many';
  if (await isTaken(db, person)) return 'email_taken';
  await insertPerson(db, person);
  return person;
}

export async function updatePerson(
  db: Connection,
  { id, changes, keepOnly }: PersonChange,
): Promise<Person | PersonRefusal> {
  await db.exec(alone);
  const before = await personById(db, id);
  if (before === null) return 'not_found';
  const after = { ...before, ...changes };
  if (after.role !== 'owner' && (await isLastOwner(db, before))) return 'last_owner';
  if (await isTaken(db, after)) return 'email_taken';
  await db.run(
    'UPDATE person SET name = ?, email = ?, role = ?, password_hash = ?, updated_at = ? WHERE id = ?',
    after.name,
    after.email,
    after.role,
    after.passwordHash,
    after.updatedAtMs,
    id,
  );
  if (keepOnly !== undefined) {
    await db.run('DELETE FROM session WHERE person_id = ? AND id IS DISTINCT FROM ?', id, keepOnly);
    await db.run('DELETE FROM sign_in_link WHERE person_id = ?', id);
  }
  return after;
}

export async function deletePerson(db: Connection, id: string): Promise<'deleted' | PersonRefusal> {
  await db.exec(alone);
  const person = await personById(db, id);
  if (person === null) return 'not_found';
  if (await isLastOwner(db, person)) return 'last_owner';
  await db.run('DELETE FROM session WHERE person_id = ?', id);
  await db.run('DELETE FROM sign_in_link WHERE person_id = ?', id);
  await db.run('DELETE FROM person WHERE id = ?', id);
  return 'deleted';
}

export async function createSignInLink(
  db: Connection,
  { hash, personId, nowMs, expiresAtMs }: Input<'createSignInLink'>,
): Promise<void> {
  await db.run('DELETE FROM sign_in_link WHERE expires_at <= ?', nowMs);
  await db.run(
    'DELETE FROM sign_in_link WHERE hash IN (SELECT hash FROM sign_in_link ORDER BY created_at DESC OFFSET ?)',
    limits.signInLinks - 1,
  );
  await db.run(
    'INSERT INTO sign_in_link (hash, person_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    hash,
    personId,
    nowMs,
    expiresAtMs,
  );
}

export async function takeSignInLink(
  db: Connection,
  { hash, nowMs, owner, session }: Input<'takeSignInLink'>,
): Promise<{ person: Person; session: Session } | null> {
  const link = await db.get('DELETE FROM sign_in_link WHERE hash = ? RETURNING person_id, expires_at', hash);
  if (link === undefined || (link.expires_at as number) <= nowMs) return null;
  const who = link.person_id as string | null;
  const person = who === null ? await firstOwner(db, owner) : await personById(db, who);
  if (person === null) return null;
  const made = { ...session, personId: person.id };
  await createSession(db, made);
  return { person, session: made };
}

export async function createSession(db: Connection, session: Session): Promise<void> {
  const { id, tokenHash, personId, keyHash, userAgent, createdAtMs, expiresAtMs } = session;
  await db.run('DELETE FROM session WHERE expires_at <= ?', createdAtMs);
  await db.run(
    `DELETE FROM session WHERE id IN
       (SELECT id FROM session WHERE person_id IS NOT DISTINCT FROM ? AND key_hash IS NOT DISTINCT FROM ?
        ORDER BY created_at DESC, id DESC OFFSET ?)`,
    personId,
    keyHash,
    limits.sessionsEach - 1,
  );
  await db.run(
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

export async function findSession(
  db: Connection,
  { tokenHash, nowMs }: Input<'findSession'>,
): Promise<{ session: Session; person: Person | null } | null> {
  const row = await db.get('SELECT * FROM session WHERE token_hash = ? AND expires_at > ?', tokenHash, nowMs);
  if (row === undefined) return null;
  const session = sessionOf(row);
  return { session, person: session.personId === null ? null : await personById(db, session.personId) };
}

export async function sessions(db: Connection, nowMs: number): Promise<Session[]> {
  const rows = await db.all(
    'SELECT * FROM session WHERE expires_at > ? ORDER BY id DESC LIMIT ?',
    nowMs,
    limits.sessionsShown,
  );
  return rows.map(sessionOf);
}

export async function deleteSession(db: Connection, id: string): Promise<boolean> {
  return (await db.run('DELETE FROM session WHERE id = ?', id)) > 0;
}

export async function addAudit(db: Connection, entry: Omit<AuditEntry, 'no'>): Promise<void> {
  const { no } = (await db.get(
    'INSERT INTO audit (at, actor_id, actor, act, target, account_id, about_id, about_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING no',
    entry.atMs,
    entry.actorId,
    entry.actor,
    entry.act,
    entry.target,
    entry.accountId,
    entry.aboutId,
    entry.aboutName,
  ))!;
  const trim = auditTrim(no as number, entry.actorId);
  if (trim !== null) await db.run(trim.sql, trim.most);
}

export async function listAudit(
  db: Connection,
  { limit, before }: Input<'listAudit'>,
): Promise<AuditEntry[]> {
  const rows = await db.all(
    'SELECT * FROM audit WHERE no < ? ORDER BY no DESC LIMIT ?',
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  );
  return rows.map(auditOf);
}

async function firstOwner(db: Connection, owner: Person): Promise<Person> {
  await db.exec(alone);
  const row = await db.get("SELECT * FROM person WHERE role = 'owner' ORDER BY created_at, id LIMIT 1");
  if (row !== undefined) return personOf(row);
  await insertPerson(db, owner);
  return owner;
}

async function insertPerson(db: Connection, person: Person): Promise<void> {
  await db.run(
    'INSERT INTO person (id, name, email, role, password_hash, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    person.id,
    person.name,
    person.email,
    person.role,
    person.passwordHash,
    person.createdAtMs,
    person.updatedAtMs,
  );
}

async function personById(db: Connection, id: string): Promise<Person | null> {
  const row = await db.get('SELECT * FROM person WHERE id = ?', id);
  return row === undefined ? null : personOf(row);
}

async function isTaken(db: Connection, { id, email }: Person): Promise<boolean> {
  if (email === null) return false;
  return (await db.get('SELECT 1 AS is FROM person WHERE email = ? AND id <> ?', email, id)) !== undefined;
}

async function isLastOwner(db: Connection, { id, role }: Person): Promise<boolean> {
  if (role !== 'owner') return false;
  const other = await db.get("SELECT 1 AS is FROM person WHERE role = 'owner' AND id <> ? LIMIT 1", id);
  return other === undefined;
}
