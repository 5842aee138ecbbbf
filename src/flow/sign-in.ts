import type { ApiKey } from '../core/account.ts';
import { subscriberOf } from '../core/address.ts';
import { SurehookError } from '../core/errors.ts';
import { FailureCount } from '../core/failure-count.ts';
import { idBytes, newId } from '../core/ids.ts';
import * as limits from '../core/limits/people.ts';
import { type Person, type Proof, readProof, type Session, tokenBytes, tokenText } from '../core/person.ts';
import type { PeopleParts } from './people.ts';

/** Who is at the other end of a sign-in. */
export interface Browser {
  /** Its address; null when nobody knows. */
  client: string | null;
  userAgent: string;
}

/** A session that began, with the token that only its browser gets to know. */
export interface SignedIn {
  token: string;
  session: Session;
  person: Person | null;
}

export interface SignIn {
  /** Throws `unauthenticated`, the same whatever was wrong, and `too_many_requests` after too many failures. */
  begin(body: unknown, browser: Browser): Promise<SignedIn>;
  /** The session of a token, with its person or its key; null when it has ended, or its key has. */
  find(token: string): Promise<FoundSession | null>;
}

/** Whose session it is: a person's, a stored key's, or (neither) that of the admin key of the environment. */
export interface FoundSession {
  session: Session;
  person: Person | null;
  key: ApiKey | null;
}

export interface SignInParts extends PeopleParts {
  keyByHash(hash: string): ApiKey | null;
  fixedAdminKeyHash: string | null;
}

export function createSignIn(parts: SignInParts): SignIn {
  const { store, clock, random, sha256 } = parts;
  const bound = { withinMs: limits.signInWithinMs, names: limits.signInNames };
  const byAddress = new FailureCount({ ...bound, failures: limits.signInFailuresAddress });
  // By address and person: a stranger's failures elsewhere keep nobody out.
  const byPerson = new FailureCount({ ...bound, failures: limits.signInFailuresEach });

  function newSession(token: string, who: Pick<Session, 'personId' | 'keyHash'>, userAgent: string): Session {
    const nowMs = clock.nowMs();
    return {
      id: newId('ses_', nowMs, random.bytes(idBytes)),
      tokenHash: sha256(token),
      ...who,
      userAgent: userAgent.slice(0, limits.userAgentChars),
      createdAtMs: nowMs,
      expiresAtMs: nowMs + limits.sessionKeepMs,
    };
  }

  async function byPassword(proof: Proof & { kind: 'password' }): Promise<Person | null> {
    const person = (await store.people()).find(({ email }) => email === proof.email) ?? null;
    return (await parts.passwords.matches(proof.password, person?.passwordHash ?? null)) ? person : null;
  }

  function isKey(hash: string): boolean {
    return hash === parts.fixedAdminKeyHash || parts.keyByHash(hash) !== null;
  }

  async function prove(proof: Proof, userAgent: string): Promise<SignedIn | null> {
    const token = tokenText(random.bytes(tokenBytes));
    if (proof.kind === 'link') {
      const nowMs = clock.nowMs();
      const session = newSession(token, { personId: null, keyHash: null }, userAgent);
      const input = { hash: sha256(proof.token), nowMs, owner: firstOwner(nowMs), session };
      const used = await store.takeSignInLink(input);
      return used && { token, ...used };
    }
    if (proof.kind === 'key') {
      const keyHash = sha256(proof.key);
      if (!isKey(keyHash)) return null;
      const session = newSession(token, { personId: null, keyHash }, userAgent);
      await store.createSession(session);
      return { token, session, person: null };
    }
    const person = await byPassword(proof);
    if (person === null) return null;
    const session = newSession(token, { personId: person.id, keyHash: null }, userAgent);
    await store.createSession(session);
    return { token, session, person };
  }

  function firstOwner(nowMs: number): Person {
    return {
      id: newId('per_', nowMs, random.bytes(idBytes)),
      name: 'Owner',
      email: null,
      role: 'owner',
      passwordHash: null,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
  }

  return {
    async begin(body, { client, userAgent }) {
      const proof = readProof(body);
      const address = client === null ? '' : subscriberOf(client);
      const each = `${address} ${proof.kind === 'password' ? proof.email : proof.kind}`;
      const nowMs = clock.nowMs();
      const waitMs = Math.max(byAddress.waitMs(address, nowMs), byPerson.waitMs(each, nowMs));
      if (waitMs > 0) {
        throw new SurehookError(
          'too_many_requests',
          'Too many failed attempts from here. Wait, or use a link: npx surehook signin',
          { retryAfterS: waitMs / 1000 },
        );
      }
      // Counted before the outcome is known, so that attempts side by side count too.
      byAddress.failed(address, nowMs);
      byPerson.failed(each, nowMs);
      const signedIn = await prove(proof, userAgent);
      if (signedIn === null) throw new SurehookError('unauthenticated', refusals[proof.kind]);
      byPerson.succeeded(each);
      byAddress.succeeded(address);
      return signedIn;
    },
    async find(token) {
      const found = await store.findSession({ tokenHash: sha256(token), nowMs: clock.nowMs() });
      if (found === null) return null;
      const { session, person } = found;
      if (session.personId !== null) return person === null ? null : { session, person, key: null };
      if (session.keyHash === null || !isKey(session.keyHash)) return null;
      return { session, person: null, key: parts.keyByHash(session.keyHash) };
    },
  };
}

const refusals: Readonly<Record<Proof['kind'], string>> = {
  password: 'E-mail address and password do not fit together.',
  key: 'This is no valid API key.',
  link: 'This link was used already or is too old. Print a new one with: npx surehook signin',
};
