import type { AuditEntry, Person, Session } from '../core/person.ts';

/** What is changed of a person, in one act with the end of their sessions. */
export interface PersonChange {
  id: string;
  changes: Partial<Omit<Person, 'id' | 'createdAtMs'>>;
  /** Signs them out everywhere but there: a session's id, or null for everywhere. Absent: nowhere. */
  keepOnly?: string | null;
}

/** Why a person cannot be made or changed so. */
export type PersonRefusal = 'not_found' | 'email_taken' | 'last_owner' | 'too_many';

/** People of the dashboard, their sessions, links to sign in, and what they did. */
export interface PeopleStore {
  /** All of them, oldest first. */
  people(): Promise<Person[]>;
  createPerson(person: Person): Promise<Person | PersonRefusal>;
  updatePerson(change: PersonChange): Promise<Person | PersonRefusal>;
  /** Their sessions and links go with them. The last owner stays. */
  deletePerson(id: string): Promise<'deleted' | PersonRefusal>;
  /** Valid once until `expiresAtMs`. `personId` null: whoever is the first owner. */
  createSignInLink(link: {
    hash: string;
    personId: string | null;
    nowMs: number;
    expiresAtMs: number;
  }): Promise<void>;
  /** Uses the link up and makes the session; makes `owner` too where there is no owner yet. Null: no such link, used, or too old. */
  takeSignInLink(input: {
    hash: string;
    nowMs: number;
    owner: Person;
    session: Session;
  }): Promise<{ person: Person; session: Session } | null>;
  /** The oldest of the same person or key go when there would be more than `limits.sessionsEach`. */
  createSession(session: Session): Promise<void>;
  /** A session that has not ended, with its person. */
  findSession(input: {
    tokenHash: string;
    nowMs: number;
  }): Promise<{ session: Session; person: Person | null } | null>;
  /** Those that have not ended, newest first; at most `limits.sessionsShown`. */
  sessions(nowMs: number): Promise<Session[]>;
  /** False when there is none. */
  deleteSession(id: string): Promise<boolean>;
  /** About `limits.auditEntries` are kept, and `limits.auditEntriesOfPortals` of what was done in portals: neither takes the other's place. */
  addAudit(entry: Omit<AuditEntry, 'no'>): Promise<void>;
  /** Newest first; only entries with a lower number than `before`. */
  listAudit(page: { limit: number; before: number | null }): Promise<AuditEntry[]>;
}
