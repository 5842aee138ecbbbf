import assert from 'node:assert/strict';
import * as limits from '../core/limits/portals.ts';
import type { PortalLink } from '../core/portal.ts';
import { casesFor, type OpenStore, t0 } from './store-world.case.ts';

function link(changes: Partial<PortalLink> = {}): PortalLink {
  return {
    id: 'ptl_1',
    accountNo: 1,
    tokenHash: 't1',
    sessionHash: null,
    name: 'Acme',
    color: '#0a7d4f',
    origins: ['https://shop.example'],
    readOnly: true,
    madeBy: 'Ana',
    createdAtMs: t0,
    expiresAtMs: t0 + 100,
    lastsMs: 1000,
    openedAtMs: null,
    endsAtMs: null,
    revokedAtMs: null,
    ...changes,
  };
}

/** Links into portals, and what they opened. */
export function portalCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  promise('a portal link comes back as it was made', async ({ store }) => {
    const bare = { id: 'ptl_2', tokenHash: 't2', color: null, origins: [], readOnly: false };
    await store.createPortalLink(link());
    await store.createPortalLink(link(bare));
    assert.deepEqual(await store.portalLink('ptl_1'), link());
    assert.deepEqual(await store.portalLink('ptl_2'), link(bare));
    assert.equal(await store.portalLink('ptl_3'), null);
  });

  promise('a portal link is opened once, in time, and what it opened ends by itself', async ({ store }) => {
    await store.createPortalLink(link());
    await store.createPortalLink(link({ id: 'ptl_2', tokenHash: 't2' }));
    const opened = link({ sessionHash: 's1', openedAtMs: t0 + 99, endsAtMs: t0 + 1099 });
    const use = { tokenHash: 't1', sessionHash: 's1', nowMs: t0 + 99 };
    assert.deepEqual(await store.openPortalLink(use), opened);
    assert.equal(await store.openPortalLink({ ...use, sessionHash: 's2' }), null);
    assert.equal(await store.openPortalLink({ tokenHash: 't2', sessionHash: 's3', nowMs: t0 + 100 }), null);
    assert.equal(await store.openPortalLink({ tokenHash: 't9', sessionHash: 's4', nowMs: t0 }), null);
    assert.deepEqual(await store.openPortal({ sessionHash: 's1', nowMs: t0 + 1098 }), opened);
    assert.equal(await store.openPortal({ sessionHash: 's1', nowMs: t0 + 1099 }), null);
    assert.equal(await store.openPortal({ sessionHash: 's2', nowMs: t0 + 99 }), null);
  });

  promise('what is revoked opens nothing, and what it opened is closed; once', async ({ store }) => {
    await store.createPortalLink(link());
    await store.createPortalLink(link({ id: 'ptl_2', tokenHash: 't2' }));
    await store.openPortalLink({ tokenHash: 't1', sessionHash: 's1', nowMs: t0 });
    assert.equal(await store.revokePortalLink({ accountNo: 2, id: 'ptl_1', nowMs: t0 + 1 }), false);
    for (const id of ['ptl_1', 'ptl_2'])
      assert.equal(await store.revokePortalLink({ accountNo: 1, id, nowMs: t0 + 1 }), true);
    assert.equal(await store.revokePortalLink({ accountNo: 1, id: 'ptl_1', nowMs: t0 + 2 }), true);
    assert.equal((await store.portalLink('ptl_1'))?.revokedAtMs, t0 + 1);
    assert.equal(await store.openPortal({ sessionHash: 's1', nowMs: t0 + 2 }), null);
    assert.equal(await store.openPortalLink({ tokenHash: 't2', sessionHash: 's2', nowMs: t0 + 2 }), null);
  });

  promise('portal links are listed newest first, a page at a time, of one account', async ({ store }) => {
    for (const at of [1, 2, 3])
      await store.createPortalLink(
        link({ id: `ptl_${at}`, tokenHash: `t${at}`, accountNo: at === 2 ? 2 : 1 }),
      );
    const ids = async (before: string | null, limit = 1): Promise<string[]> =>
      (await store.portalLinks({ accountNo: 1, limit, before })).map(({ id }) => id);
    assert.deepEqual(await ids(null, 5), ['ptl_3', 'ptl_1']);
    assert.deepEqual(await ids(null), ['ptl_3']);
    assert.deepEqual(await ids('ptl_3'), ['ptl_1']);
  });

  promise('of an account so many portal links are kept, and none for ever', async ({ store }) => {
    await store.createPortalLink(link({ id: 'ptl_other', tokenHash: 'other', accountNo: 2 }));
    for (let at = 0; at <= limits.portalLinksEach; at++)
      await store.createPortalLink(link({ id: `ptl_${10_000 + at}`, tokenHash: `t${at}` }));
    const kept = await store.portalLinks({ accountNo: 1, limit: 2 * limits.portalLinksEach, before: null });
    assert.equal(kept.length, limits.portalLinksEach);
    assert.equal(kept.at(-1)?.id, 'ptl_10001');
    assert.notEqual(await store.portalLink('ptl_other'), null);
    const createdAtMs = t0 + 100 + limits.portalKeepMs;
    await store.createPortalLink(link({ id: 'ptl_later', tokenHash: 'later', createdAtMs }));
    assert.deepEqual(
      (await store.portalLinks({ accountNo: 1, limit: 10, before: null })).map(({ id }) => id),
      ['ptl_later'],
    );
  });
}
