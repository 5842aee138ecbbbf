import { invalid, notFound, SurehookError } from '../core/errors.ts';
import { FailureCount } from '../core/failure-count.ts';
import { idBytes, newId } from '../core/ids.ts';
import * as limits from '../core/limits/people.ts';
import {
  type AuditEntry,
  type Person,
  readPerson,
  type Session,
  tokenBytes,
  tokenText,
} from '../core/person.ts';
import type { Clock } from '../ports/clock.ts';
import type { Passwords } from '../ports/passwords.ts';
import type { PeopleStore, PersonRefusal } from '../ports/people-store.ts';
import type { Random } from '../ports/random.ts';

export interface PeopleParts {
  store: PeopleStore;
  clock: Clock;
  random: Random;
  passwords: Passwords;
  sha256(text: string): string;
}

/** Who changes a person: nobody in particular with a key, else a person in one of their sessions. */
export interface Changer {
  isAdmin: boolean;
  personId: string | null;
  sessionId: string | null;
}

/** The acts on people, their sessions aside, and the log of what they did. */
export interface People {
  list(): Promise<Person[]>;
  create(body: unknown): Promise<Person>;
  /** One's own name, address and password, or anything of anybody for an admin. A new password or role signs out everywhere else. */
  update(id: string, body: unknown, by: Changer): Promise<Person>;
  delete(id: string): Promise<void>;
  /** The token of a link that signs in once, as this person; null: as the first owner, who is made by it where there is none. */
  link(personId: string | null): Promise<{ token: string; expiresAtMs: number }>;
  record(entry: Omit<AuditEntry, 'no' | 'atMs'>): Promise<void>;
  audit(page: { limit: number; before: number | null }): Promise<AuditEntry[]>;
  sessions(): Promise<Session[]>;
  endSession(id: string): Promise<void>;
}

export function createPeople({ store, clock, random, passwords, sha256 }: PeopleParts): People {
  const guesses = new FailureCount({
    withinMs: limits.signInWithinMs,
    names: limits.signInNames,
    failures: limits.signInFailuresEach,
  });

  async function passwordHash(password: string | null | undefined): Promise<Partial<Person>> {
    if (password === undefined) return {};
    return { passwordHash: password === null ? null : await passwords.hash(password) };
  }

  async function checkOwn(person: Person, current: string | undefined): Promise<void> {
    if (person.passwordHash === null) return;
    if (current !== undefined && (await isPassword(person, current))) return;
    throw invalid([{ pointer: '/currentPassword', detail: 'must be your present password' }]);
  }

  /** Whoever came by a session of somebody must not find out their password by trying. */
  async function isPassword({ id, passwordHash: hash }: Person, text: string): Promise<boolean> {
    const nowMs = clock.nowMs();
    const waitMs = guesses.waitMs(id, nowMs);
    if (waitMs > 0)
      throw new SurehookError(
        'too_many_requests',
        'Your present password was wrong too often. Wait, or let an owner set a new one.',
        { retryAfterS: waitMs / 1000 },
      );
    // Counted before the outcome is known, so that attempts side by side count too.
    guesses.failed(id, nowMs);
    if (!(await passwords.matches(text, hash))) return false;
    guesses.succeeded(id);
    return true;
  }

  return {
    list: () => store.people(),
    async create(body) {
      const { name = '', email = null, role = 'member', password } = readPerson(body, true);
      const nowMs = clock.nowMs();
      const person: Person = {
        id: newId('per_', nowMs, random.bytes(idBytes)),
        name,
        email,
        role,
        passwordHash: null,
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
        ...(await passwordHash(password)),
      };
      return made(await store.createPerson(person), person.id);
    },
    async update(id, body, by) {
      const isOwn = by.personId === id;
      if (!by.isAdmin && !isOwn)
        throw new SurehookError('forbidden', 'Only an owner may change somebody else.');
      const { password, currentPassword, role, ...rest } = readPerson(body, false);
      const before = (await store.people()).find((person) => person.id === id);
      if (before === undefined) throw notFound('person', id);
      if (!by.isAdmin && role !== undefined && role !== before.role)
        throw new SurehookError('forbidden', 'Only an owner may change a role.');
      if (isOwn && password !== undefined) await checkOwn(before, currentPassword);
      const signsOut = password !== undefined || (role !== undefined && role !== before.role);
      const changes = {
        ...rest,
        ...(role === undefined ? {} : { role }),
        ...(await passwordHash(password)),
        updatedAtMs: clock.nowMs(),
      };
      const kept = isOwn ? by.sessionId : null;
      return made(await store.updatePerson({ id, changes, ...(signsOut ? { keepOnly: kept } : {}) }), id);
    },
    async delete(id) {
      const done = await store.deletePerson(id);
      if (done !== 'deleted') throw refusal(done, id);
    },
    async link(personId) {
      if (personId !== null && !(await store.people()).some(({ id }) => id === personId))
        throw notFound('person', personId);
      const token = tokenText(random.bytes(tokenBytes));
      const nowMs = clock.nowMs();
      const expiresAtMs = nowMs + limits.signInLinkKeepMs;
      await store.createSignInLink({ hash: sha256(token), personId, nowMs, expiresAtMs });
      return { token, expiresAtMs };
    },
    record: (entry) => store.addAudit({ ...entry, atMs: clock.nowMs() }),
    audit: (page) => store.listAudit(page),
    sessions: () => store.sessions(clock.nowMs()),
    async endSession(id) {
      if (!(await store.deleteSession(id))) throw notFound('session', id);
    },
  };
}

function made(result: Person | PersonRefusal, id: string): Person {
  if (typeof result === 'string') throw refusal(result, id);
  return result;
}

function refusal(why: PersonRefusal, id: string): SurehookError {
  switch (why) {
    case 'not_found':
      return notFound('person', id);
    case 'email_taken':
      return new SurehookError('conflict', 'Somebody has this e-mail address already.');
    case 'last_owner':
      return new SurehookError(
        'conflict',
        'This is the last owner: somebody has to be one. Make another person owner first.',
      );
    case 'too_many':
      return new SurehookError('conflict', `There are ${limits.people} people, the most there can be.`);
  }
}
