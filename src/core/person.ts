import { toBase64 } from '../../sdk/encoding.ts';
import type { Scope } from './account.ts';
import { BodyReader, readNotify, readText } from './body.ts';
import { nameChars } from './limits/accounts.ts';
import { apiKeyChars } from './limits/api.ts';
import * as limits from './limits/people.ts';

/** What people may be: owner (everything), member (everything but people and accounts), viewer (look, without secrets). */
export const roles = ['owner', 'member', 'viewer'] as const;
/** One of `roles`. */
export type Role = (typeof roles)[number];

/** Somebody who works with the dashboard, for every account. */
export interface Person {
  id: string;
  name: string;
  /** In lower case; null until it is set: such a person comes in by links only. */
  email: string | null;
  role: Role;
  /** As `ports/passwords.ts` made it; null: none is set. */
  passwordHash: string | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A browser that is signed in. The token itself is only in its cookie. */
export interface Session {
  id: string;
  /** SHA-256 of the token, hex. */
  tokenHash: string;
  /** Null: signed in by an API key. */
  personId: string | null;
  /** SHA-256 of that API key, hex; looked up each time, so that the session ends with the key. */
  keyHash: string | null;
  /** What the browser calls itself, cut to `limits.userAgentChars`. */
  userAgent: string;
  createdAtMs: number;
  expiresAtMs: number;
}

/** What somebody did, for good. */
export interface AuditEntry {
  /** Grows with each entry. */
  no: number;
  atMs: number;
  /** Who: a person's id or a key's, and what they were called then. */
  actorId: string;
  actor: string;
  /** What, in words: `Pause an endpoint`; of a change also what was sent: `Change an endpoint: url, retry`. */
  act: string;
  /** On what: the path that was asked for. */
  target: string;
  /** Whose account it was about; null: none. */
  accountId: string | null;
  /** The id of what it was done to or what it made, and what that was called then; null where there is none, and in old entries. */
  aboutId: string | null;
  aboutName: string | null;
}

/** Random bytes of a session's or a link's token: 256 bits. */
export const tokenBytes = 32;

/** A token of `tokenBytes` random bytes fit for secrets, as it can stand in a cookie or an address. */
export function tokenText(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** What a role lets a person do. */
export function scopesOf(role: Role): readonly Scope[] {
  return role === 'viewer' ? ['read'] : ['publish', 'read', 'manage'];
}

/** What a caller may set of a person. */
export interface PersonInput {
  name?: string;
  email?: string | null;
  role?: Role;
  /** Null takes it away. */
  password?: string | null;
  /** The one so far, from somebody who changes their own. */
  currentPassword?: string;
}

/** Reads the body of `POST /v1/people` (`name` is required there) and of `PATCH /v1/people/:id`: what is absent stays. */
export function readPerson(body: unknown, required: boolean): PersonInput {
  const reader = new BodyReader(body, ['name', 'email', 'role', 'password', 'currentPassword']);
  const input: PersonInput = {};
  if (reader.has('name') || required) {
    const name = readText(reader.value('name'), nameChars)?.trim();
    if (name === undefined || name === '' || /[\r\n\t]/.test(name)) {
      reader.wrong('name', `must be one line of 1–${nameChars} characters`);
    } else input.name = name;
  }
  if (reader.has('email')) {
    const must = 'must be one e-mail address, such as "ana@shop.example", or null';
    input.email = reader.optional<string | null>('email', null, must, readNotify)?.toLowerCase() ?? null;
  }
  if (reader.has('role')) {
    const role = roles.find((one) => one === reader.value('role'));
    if (role === undefined) reader.wrong('role', `must be one of ${roles.join(', ')}`);
    else input.role = role;
  }
  if (reader.has('password')) {
    const { passwordCharsMin: least, passwordCharsMax: most } = limits;
    input.password = reader.optional<string | null>(
      'password',
      null,
      `must have ${least}–${most} characters`,
      (value) =>
        typeof value === 'string' && value.length >= least && value.length <= most ? value : undefined,
    );
  }
  const current = reader.optional<string | undefined>(
    'currentPassword',
    undefined,
    'must be text',
    (value) => (typeof value === 'string' && value.length <= limits.passwordCharsMax ? value : undefined),
  );
  if (current !== undefined) input.currentPassword = current;
  reader.done();
  return input;
}

/** How somebody shows who they are. */
export type Proof =
  | { kind: 'password'; email: string; password: string }
  | { kind: 'key'; key: string }
  | { kind: 'link'; token: string };

/** Reads the body of `POST /v1/sessions`: exactly one way of showing who one is. */
export function readProof(body: unknown): Proof {
  const reader = new BodyReader(body, ['email', 'password', 'key', 'token']);
  const text = (name: string, most: number): string => {
    const value = reader.value(name);
    if (typeof value === 'string' && value.length > 0 && value.length <= most) return value;
    reader.wrong(name, `must be text of 1–${most} characters`);
    return '';
  };
  const ways = ['email', 'key', 'token'].filter((name) => reader.has(name));
  if (ways.length !== 1) reader.wrong('', 'must hold either email and password, or key, or token');
  let proof: Proof;
  if (ways[0] === 'key') proof = { kind: 'key', key: text('key', apiKeyChars) };
  else if (ways[0] === 'token') proof = { kind: 'link', token: text('token', apiKeyChars) };
  else {
    proof = {
      kind: 'password',
      email: text('email', limits.emailChars).trim().toLowerCase(),
      password: text('password', limits.passwordCharsMax),
    };
  }
  reader.done();
  return proof;
}

/** A person as the API shows them. */
export function personView(person: Person): Record<string, unknown> {
  const { id, name, email, role, passwordHash } = person;
  const [createdAt, updatedAt] = [person.createdAtMs, person.updatedAtMs].map((ms) =>
    new Date(ms).toISOString(),
  );
  return { id, name, email, role, hasPassword: passwordHash !== null, createdAt, updatedAt };
}
