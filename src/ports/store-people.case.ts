import assert from 'node:assert/strict';
import * as limits from '../core/limits/people.ts';
import type { Person, Session } from '../core/person.ts';
import { casesFor, type OpenStore, t0 } from './store-world.case.ts';

function person(changes: Partial<Person> = {}): Person {
  return {
    id: 'per_1',
    name: 'Ana',
    email: 'ana@shop.example',
    role: 'owner',
    passwordHash: 'h',
    createdAtMs: t0,
    updatedAtMs: t0,
    ...changes,
  };
}

function session(changes: Partial<Session> = {}): Session {
  return {
    id: 'ses_1',
    tokenHash: 't1',
    personId: 'per_1',
    keyHash: null,
    userAgent: 'a browser',
    createdAtMs: t0,
    expiresAtMs: t0 + 1000,
    ...changes,
  };
}

/** People of the dashboard, sessions, links, the audit log. */
export function peopleCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  promise('a person comes back as they were made, and as they were changed', async ({ store }) => {
    assert.deepEqual(await store.createPerson(person()), person());
    assert.deepEqual(await store.people(), [person()]);
    const changes = { name: 'Bea', email: null, passwordHash: null, updatedAtMs: t0 + 1 };
    assert.deepEqual(await store.updatePerson({ id: 'per_1', changes }), person(changes));
    assert.deepEqual(await store.people(), [person(changes)]);
    assert.equal(await store.updatePerson({ id: 'per_9', changes }), 'not_found');
  });

  promise('an e-mail address belongs to one person, none to any number', async ({ store }) => {
    await store.createPerson(person());
    assert.equal(await store.createPerson(person({ id: 'per_2' })), 'email_taken');
    await store.createPerson(person({ id: 'per_3', email: null }));
    await store.createPerson(person({ id: 'per_4', email: null }));
    const changes = { email: 'ana@shop.example' };
    assert.equal(await store.updatePerson({ id: 'per_3', changes }), 'email_taken');
    assert.equal((await store.people()).length, 3);
  });

  promise('the last owner stays an owner, and stays', async ({ store }) => {
    await store.createPerson(person());
    await store.createPerson(person({ id: 'per_2', email: null, role: 'viewer' }));
    assert.equal(await store.updatePerson({ id: 'per_1', changes: { role: 'member' } }), 'last_owner');
    assert.equal(await store.deletePerson('per_1'), 'last_owner');
    await store.updatePerson({ id: 'per_2', changes: { role: 'owner' } });
    assert.equal(await store.deletePerson('per_1'), 'deleted');
    assert.equal(await store.deletePerson('per_1'), 'not_found');
  });

  promise('a session is found by its token until its time, with its person', async ({ store }) => {
    await store.createPerson(person());
    await store.createSession(session());
    const found = { session: session(), person: person() };
    assert.deepEqual(await store.findSession({ tokenHash: 't1', nowMs: t0 + 999 }), found);
    assert.equal(await store.findSession({ tokenHash: 't1', nowMs: t0 + 1000 }), null);
    assert.equal(await store.findSession({ tokenHash: 't2', nowMs: t0 }), null);
    assert.deepEqual(await store.sessions(t0), [session()]);
    assert.deepEqual(await store.sessions(t0 + 1000), []);
    assert.equal(await store.deleteSession('ses_1'), true);
    assert.equal(await store.deleteSession('ses_1'), false);
    assert.equal(await store.findSession({ tokenHash: 't1', nowMs: t0 }), null);
  });

  promise('a further session of the same person signs the oldest out, nobody else', async ({ store }) => {
    await store.createSession(session({ id: 'ses_key', tokenHash: 'tk', personId: null, keyHash: 'k' }));
    for (let at = 0; at <= limits.sessionsEach; at++)
      await store.createSession(session({ id: `ses_${at}`, tokenHash: `t${at}`, createdAtMs: t0 + at }));
    const left = (await store.sessions(t0)).map(({ id }) => id);
    assert.equal(left.length, limits.sessionsEach + 1);
    assert.ok(!left.includes('ses_0') && left.includes('ses_1') && left.includes('ses_key'));
  });

  promise('who is removed, or signed out by a change, has no session and no link left', async ({ store }) => {
    await store.createPerson(person());
    await store.createPerson(person({ id: 'per_2', email: null }));
    const link = { hash: 'l1', personId: 'per_2', nowMs: t0, expiresAtMs: t0 + 1000 };
    await store.createSignInLink(link);
    await store.createSession(session({ personId: 'per_2' }));
    await store.createSession(session({ id: 'ses_2', tokenHash: 't2', personId: 'per_2' }));
    await store.updatePerson({ id: 'per_2', changes: { passwordHash: 'new' }, keepOnly: 'ses_2' });
    assert.deepEqual(
      (await store.sessions(t0)).map(({ id }) => id),
      ['ses_2'],
    );
    const use = {
      hash: 'l1',
      nowMs: t0,
      owner: person({ id: 'per_x' }),
      session: session({ id: 'ses_x', tokenHash: 'tx' }),
    };
    assert.equal(await store.takeSignInLink(use), null);
    await store.deletePerson('per_2');
    assert.deepEqual(await store.sessions(t0), []);
  });

  promise(
    'a link signs in once, in time, and makes the first owner where there is none',
    async ({ store }) => {
      const owner = person({ id: 'per_made', email: null, passwordHash: null });
      const use = (hash: string, nowMs: number, id: string) =>
        store.takeSignInLink({ hash, nowMs, owner, session: session({ id, tokenHash: id, personId: null }) });
      await store.createSignInLink({ hash: 'l1', personId: null, nowMs: t0, expiresAtMs: t0 + 10 });
      await store.createSignInLink({ hash: 'l2', personId: null, nowMs: t0, expiresAtMs: t0 + 10 });
      await store.createSignInLink({ hash: 'l3', personId: null, nowMs: t0, expiresAtMs: t0 + 10 });
      const first = await use('l1', t0, 'ses_a');
      assert.equal(first?.person.id, 'per_made');
      assert.equal(first?.session.personId, 'per_made');
      assert.equal(await use('l1', t0, 'ses_b'), null);
      assert.equal((await use('l2', t0 + 9, 'ses_c'))?.person.id, 'per_made');
      assert.equal(await use('l3', t0 + 10, 'ses_d'), null);
      assert.equal((await store.people()).length, 1);
      assert.equal((await store.sessions(t0)).length, 2);
    },
  );

  const act = (at: number, actorId = 'per_1') => ({
    atMs: t0 + at,
    actorId,
    actor: 'Ana',
    act: `act ${at}`,
    target: '/',
    accountId: null,
    aboutId: `bin_${at}`,
    aboutName: at === 1 ? null : 'demo',
  });

  promise('whoever has a portal cannot wash out of the audit log what others did', async ({ store }) => {
    await store.addAudit(act(1));
    const most = limits.auditEntriesOfPortals + limits.auditTrimEvery;
    for (let from = 2; from <= most + 100; from += 100)
      await Promise.all(Array.from({ length: 100 }, (_, i) => store.addAudit(act(from + i, 'ptl_1'))));
    const kept = await store.listAudit({ limit: 2 * most, before: null });
    assert.ok(kept.length <= most + 1 && kept.length > limits.auditEntriesOfPortals, `${kept.length} kept`);
    assert.deepEqual([kept.at(-1)!.actorId, kept.at(-2)!.actorId], ['per_1', 'ptl_1']);
  });

  promise('the audit log answers newest first, a page at a time', async ({ store }) => {
    for (let at = 1; at <= 3; at++) await store.addAudit(act(at));
    const first = await store.listAudit({ limit: 2, before: null });
    assert.deepEqual(
      first.map(({ act, aboutName }) => [act, aboutName]),
      [
        ['act 3', 'demo'],
        ['act 2', 'demo'],
      ],
    );
    const rest = await store.listAudit({ limit: 2, before: first[1]!.no });
    assert.deepEqual(
      rest.map(({ act, atMs, aboutId, aboutName }) => [act, atMs, aboutId, aboutName]),
      [['act 1', t0 + 1, 'bin_1', null]],
    );
  });
}
