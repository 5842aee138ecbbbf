import assert from 'node:assert/strict';
import { SurehookError } from '../core/errors.ts';
import { casesFor, newEndpoint, type OpenStore, t0 } from './store-world.case.ts';

/** Accounts, keys, endpoints, event types. */
export function adminCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);
  const key = {
    id: 'key_1',
    accountNo: null,
    name: 'ci',
    scopes: ['publish', 'read'] as ('publish' | 'read')[],
    hash: 'h1',
    hint: 'shk_live_a',
    createdAtMs: t0,
  };

  promise('an endpoint comes back as it was given, secrets, headers and password too', async (world) => {
    const given = newEndpoint({
      accountNo: world.accountNo,
      filter: '{"/data/total":{"gte":100.00}}',
      sources: ['src_1'],
      metadata: '{"a":[1,null,"ü"]}',
      timeoutText: '10000ms',
      ratePerSecond: 50,
      notify: 'ops@shop.example',
      secrets: [
        { value: 'new', validUntilMs: null },
        { value: 'old ü', validUntilMs: t0 },
      ],
    });
    const made = await world.store.createEndpoint(given, 10);
    assert.ok(made !== 'too_many');
    assert.deepEqual(made.endpoint, { ...given, no: made.endpoint.no });
    assert.deepEqual((await world.store.directory()).endpoints, [made.endpoint]);
  });

  promise('a change to an endpoint touches what it names and raises the version', async (world) => {
    const endpoint = await world.endpoint();
    const changes = {
      url: 'https://new.example/',
      secrets: [{ value: 'n', validUntilMs: null }],
      headers: {},
      password: 'other',
      status: 'paused',
      statusReason: 'me',
      updatedAtMs: t0 + 5,
    } as const;
    const changed = await world.store.updateEndpoint(endpoint.no, {
      ...changes,
      secrets: [...changes.secrets],
    });
    assert.deepEqual(changed, { endpoint: { ...endpoint, ...changes }, version: world.version + 1 });
    const { accounts, endpoints } = await world.store.directory();
    assert.deepEqual([endpoints[0], accounts[0]!.version], [changed!.endpoint, world.version + 1]);
  });

  promise('an account holds no more endpoints than it may', async (world) => {
    await world.endpoint();
    const last = await world.endpoint();
    const one = newEndpoint({ accountNo: world.accountNo, id: 'ep_more' });
    assert.equal(await world.store.createEndpoint(one, 2), 'too_many');
    await world.store.deleteEndpoint(last.no, t0);
    assert.notEqual(await world.store.createEndpoint(one, 2), 'too_many');
  });

  promise(
    'a deleted endpoint is gone from the directory, takes no change, and its number is not given again',
    async (world) => {
      const endpoint = await world.endpoint();
      const { version } = await world.store.deleteEndpoint(endpoint.no, t0);
      assert.equal(version, world.version + 1);
      assert.deepEqual((await world.store.directory()).endpoints, []);
      assert.equal(await world.store.updateEndpoint(endpoint.no, { url: 'https://x.example/' }), null);
      assert.equal(await world.store.updateEndpoint(999, { url: 'https://x.example/' }), null);
      assert.ok((await world.endpoint()).no > endpoint.no);
    },
  );

  promise('an account id is taken once', async (world) => {
    const account = {
      id: 'default',
      name: 'Again',
      maxEndpoints: 1,
      notify: null,
      createdAtMs: t0,
      updatedAtMs: t0,
    };
    assert.equal(await world.store.createAccount(account), 'exists');
    const made = await world.store.createAccount({ ...account, id: 'other' });
    assert.ok(made !== 'exists');
    assert.deepEqual(made, { account: { ...account, id: 'other', no: made.account.no }, version: 1 });
  });

  promise('an account changes in what is named', async (world) => {
    await world.store.updateAccount(world.accountNo, { name: 'New', notify: 'a@b.example' });
    const { account } = (await world.store.directory()).accounts[0]!;
    assert.deepEqual(
      [account.name, account.notify, account.maxEndpoints, account.updatedAtMs],
      ['New', 'a@b.example', 10, t0],
    );
    await assert.rejects(world.store.updateAccount(999, { name: 'x' }), SurehookError);
  });

  promise(
    "deleting an account takes its endpoints, keys and types, and no other account's",
    async (world) => {
      const other = await world.account('other');
      await world.endpoint();
      await world.endpoint({ accountNo: other });
      const type = {
        accountNo: other,
        name: 't',
        description: '',
        schema: null,
        examples: [],
        deprecated: false,
        createdAtMs: t0,
        updatedAtMs: t0,
      };
      for (const accountNo of [world.accountNo, other]) {
        await world.store.createKey({ ...key, accountNo, id: `key_${accountNo}`, hash: `h${accountNo}` });
        await world.store.putEventType({ ...type, accountNo });
      }
      await world.store.deleteAccount(other, t0);
      const { accounts, endpoints, keys, eventTypes } = await world.store.directory();
      assert.deepEqual(
        accounts.map(({ account }) => account.id),
        ['default'],
      );
      for (const left of [endpoints, keys, eventTypes])
        assert.deepEqual(
          left.map(({ accountNo }) => accountNo),
          [world.accountNo],
        );
    },
  );

  promise('keys are kept as they were given until they are deleted', async (world) => {
    const mine = { ...key, id: 'key_2', hash: 'h2', accountNo: world.accountNo };
    await world.store.createKey(key);
    await world.store.createKey(mine);
    assert.deepEqual((await world.store.directory()).keys, [key, mine]);
    await assert.rejects(world.store.createKey({ ...key, id: 'key_3' }), SurehookError);
    await world.store.deleteKey('key_1');
    assert.deepEqual((await world.store.directory()).keys, [mine]);
  });

  promise('an event type is put, replaced and deleted', async (world) => {
    const { accountNo } = world;
    const type = {
      accountNo,
      name: 'a.b',
      description: 'd',
      schema: { type: 'object' },
      examples: [{ a: 1 }],
      deprecated: true,
      createdAtMs: t0,
      updatedAtMs: t0,
    };
    await world.store.putEventType(type);
    assert.deepEqual((await world.store.directory()).eventTypes, [type]);
    await world.store.putEventType({ ...type, schema: null, deprecated: false });
    assert.deepEqual((await world.store.directory()).eventTypes, [
      { ...type, schema: null, deprecated: false },
    ]);
    assert.deepEqual(
      [
        await world.store.deleteEventType(accountNo, 'a.b'),
        await world.store.deleteEventType(accountNo, 'a.b'),
      ],
      [true, false],
    );
  });
}
