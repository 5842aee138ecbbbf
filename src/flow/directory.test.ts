import assert from 'node:assert/strict';
import test from 'node:test';
import type { Account, ApiKey } from '../core/account.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { Directory as Stored } from '../ports/store.ts';
import { Directory } from './directory.ts';

const account = (no: number): Account => ({
  no,
  id: `acc_${no}`,
  name: 'A',
  maxEndpoints: 10,
  notify: null,
  createdAtMs: 0,
  updatedAtMs: 0,
});
const endpoint = (no: number, more: Partial<Endpoint> = {}): Endpoint => ({
  no,
  id: `ep_${no}`,
  accountNo: 1,
  url: 'https://shop.example/',
  password: null,
  events: ['order.*'],
  description: '',
  profile: 'standard',
  status: 'active',
  statusReason: null,
  statusAtMs: 0,
  secrets: [],
  signWith: 'new',
  headers: {},
  retry: { kind: 'schedule', delaysMs: [], jitter: 0, giveUpAfterMs: null },
  timeoutMs: 1000,
  ratePerSecond: null,
  concurrency: 16,
  ordered: false,
  filter: null,
  sources: null,
  notify: null,
  metadata: '{}',
  wire: null,
  failingSinceMs: null,
  failures: 0,
  createdAtMs: 0,
  updatedAtMs: 0,
  ...more,
});
const key = (id: string, accountNo: number | null): ApiKey => ({
  id,
  accountNo,
  name: id,
  scopes: ['read'],
  hash: `hash of ${id}`,
  hint: '',
  createdAtMs: 0,
});
const stored = (more: Partial<Stored> = {}): Stored => ({
  sources: [],
  accounts: [
    { account: account(1), version: 3 },
    { account: account(2), version: 0 },
  ],
  endpoints: [],
  keys: [],
  eventTypes: [],
  ...more,
});
const never = (): never => {
  throw new Error('no schema was to be compiled');
};
const nos = (directory: Directory, type: string, source: string | null = null): number[] =>
  directory.match(1, type, source).map((one) => one.no);

test('the endpoints of one account that want a type are found, in the order they were made', () => {
  const endpoints = [
    endpoint(5),
    endpoint(2),
    endpoint(3, { events: ['pet.*'] }),
    endpoint(4, { accountNo: 2 }),
    endpoint(6, { sources: ['*'] }),
  ];
  const directory = new Directory(stored({ endpoints }), never);
  assert.deepEqual(nos(directory, 'order.created'), [2, 5]);
  assert.deepEqual(nos(directory, 'order.created', 'src_1'), [6]);
  assert.deepEqual(directory.match(9, 'order.created', null), []);
  assert.equal(directory.version(1), 3);
});

test('a change is matched by and shown as soon as it was told', () => {
  const directory = new Directory(stored({ endpoints: [endpoint(1)] }), never);
  assert.deepEqual(nos(directory, 'pet.adopted'), []);
  directory.setEndpoint(endpoint(1, { events: ['pet.adopted'], status: 'paused' }), 4);
  assert.deepEqual([nos(directory, 'pet.adopted'), nos(directory, 'order.created')], [[1], []]);
  assert.equal(directory.match(1, 'pet.adopted', null)[0]?.status, 'paused');
  directory.setEndpoint(endpoint(1, { events: ['pet.adopted'], sources: ['src_1'] }), 5);
  assert.deepEqual([nos(directory, 'pet.adopted'), nos(directory, 'pet.adopted', 'src_1')], [[], [1]]);
  directory.deleteEndpoint(1, 6);
  assert.deepEqual(
    [nos(directory, 'pet.adopted', 'src_1'), directory.endpoint(1), directory.version(1)],
    [[], null, 6],
  );
});

test('the version never goes back, in whatever order changes are told', () => {
  const directory = new Directory(stored(), never);
  directory.setEndpoint(endpoint(1), directory.version(1) + 1);
  const version = directory.version(1);
  directory.setEndpoint(endpoint(2), version - 1);
  directory.setEndpoint(endpoint(1, { failures: 1 }), 0);
  assert.equal(directory.version(1), version);
});

test('a change after a gap does not hide the change that nobody told of: the version stays behind', () => {
  const directory = new Directory(stored(), never);
  const version = directory.version(1);
  directory.setEndpoint(endpoint(1), version + 2);
  directory.deleteEndpoint(1, version + 3);
  assert.equal(directory.version(1), version);
});

test('a match shows each endpoint as it is now, though what it wants did not change', () => {
  const directory = new Directory(stored({ endpoints: [endpoint(1)] }), never);
  assert.equal(directory.match(1, 'order.created', null)[0]?.failures, 0);
  directory.setEndpoint(endpoint(1, { failures: 4 }), 0);
  assert.equal(directory.match(1, 'order.created', null)[0]?.failures, 4);
});

test('another account’s endpoint is not found by its id', () => {
  const directory = new Directory(stored({ endpoints: [endpoint(1)] }), never);
  assert.equal(directory.endpointById(1, 'ep_1')?.no, 1);
  assert.equal(directory.endpointById(2, 'ep_1'), null);
});

test('with an account go its endpoints, keys and event types, and nobody else’s', () => {
  const directory = new Directory(
    stored({
      endpoints: [endpoint(1), endpoint(2, { accountNo: 2 })],
      keys: [key('a', 1), key('b', 2), key('c', null)],
    }),
    never,
  );
  directory.deleteAccount(1);
  assert.deepEqual(
    [
      directory.account(1),
      directory.accountById('acc_1'),
      directory.endpoint(1),
      directory.keyByHash('hash of a'),
    ],
    [null, null, null, null],
  );
  assert.deepEqual(
    directory.keys().map((one) => one.id),
    ['c', 'b'],
  );
  assert.equal(directory.endpoint(2)?.no, 2);
});

test('a revoked key is gone at once', () => {
  const directory = new Directory(stored({ keys: [key('a', 1)] }), never);
  assert.equal(directory.keyByHash('hash of a')?.id, 'a');
  directory.deleteKey('hash of a');
  assert.equal(directory.keyByHash('hash of a'), null);
});

test('a schema is compiled at its first use, and again only when it was changed', () => {
  let compiled = 0;
  const compile = () => {
    compiled++;
    return () => [{ pointer: '/data/x', detail: 'is required' }];
  };
  const eventType = {
    accountNo: 1,
    name: 'a',
    description: '',
    schema: {},
    examples: [],
    deprecated: false,
    createdAtMs: 0,
    updatedAtMs: 0,
  };
  const directory = new Directory(
    stored({ eventTypes: [eventType, { ...eventType, name: 'b', schema: null }] }),
    compile,
  );
  assert.equal(compiled, 0);
  for (let n = 0; n < 3; n++) assert.equal(directory.checkData(1, 'a', '{}').length, 1);
  assert.deepEqual(
    [directory.checkData(1, 'b', '{}'), directory.checkData(1, 'c', '{}'), directory.checkData(2, 'a', '{}')],
    [[], [], []],
  );
  assert.equal(compiled, 1);
  directory.setEventType(eventType);
  directory.checkData(1, 'a', '{}');
  assert.equal(compiled, 2);
  directory.deleteEventType(1, 'a');
  assert.deepEqual(directory.checkData(1, 'a', '{}'), []);
});

test('a refresh cannot undo a change that was made while it was read', async () => {
  const directory = new Directory(stored(), never);
  let reads = 0;
  await directory.refresh(async () => {
    reads++;
    if (reads > 1)
      return stored({
        accounts: [{ account: account(1), version: 9 }],
        endpoints: [endpoint(1), endpoint(2)],
      });
    const old = stored({ keys: [key('revoked', 1)] });
    directory.setEndpoint(endpoint(1), 4);
    return old;
  });
  assert.equal(reads, 2);
  assert.deepEqual(
    [nos(directory, 'order.created'), directory.version(1), directory.keyByHash('hash of revoked')],
    [[1, 2], 9, null],
  );
});

test('who asks for a refresh while one is under way shares it', async () => {
  const directory = new Directory(stored(), never);
  let reads = 0;
  const read = async () => {
    reads++;
    return stored({ endpoints: [endpoint(1)] });
  };
  await Promise.all([directory.refresh(read), directory.refresh(read), directory.refresh(read)]);
  assert.equal(reads, 1);
  await directory.refresh(read);
  assert.equal(reads, 2);
});

test('a hundred thousand endpoints are held, and each is found', () => {
  const accounts = Array.from({ length: 10_000 }, (_, i) => ({ account: account(i + 1), version: 0 }));
  const endpoints = Array.from({ length: 100_000 }, (_, i) =>
    endpoint(i, { accountNo: (i % 10_000) + 1, events: [`t${i}`, 'order.*'] }),
  );
  const directory = new Directory(stored({ accounts, endpoints }), never);
  assert.deepEqual(
    directory.match(7, 't50006', null).map((one) => one.no),
    [50_006],
  );
  assert.equal(directory.match(10_000, 'order.created', null).length, 10);
});

test('of a stop and a change that share a commit the later one holds, in whatever order they are told of', () => {
  const stop = { status: 'paused', statusReason: 'down', statusAtMs: 5 } as const;
  const resumed = endpoint(1, { statusAtMs: 6 });
  const changed = endpoint(1, { url: 'https://new.example/' });
  for (const [acts, status] of [
    [['stop at 3', 'resume at 4'], 'active'],
    [['resume at 4', 'stop at 3'], 'active'],
    [['change at 4', 'stop at 4'], 'paused'],
    [['stop at 4', 'change at 4'], 'paused'],
  ] as const) {
    const directory = new Directory(stored({ endpoints: [endpoint(1)] }), () => () => []);
    for (const act of acts) {
      const version = Number(act.at(-1));
      if (act.startsWith('stop')) directory.stopEndpoint(1, stop, version);
      else directory.setEndpoint(act.startsWith('resume') ? resumed : changed, version);
    }
    const held = directory.endpoint(1)!;
    assert.equal(held.status, status, acts.join());
    assert.equal(held.statusAtMs, status === 'active' ? 6 : 5);
    if (acts.join().includes('change')) assert.equal(held.url, changed.url);
    assert.equal(directory.version(1), acts.join().includes('4') ? 4 : 3);
  }
});

test('a stop that everything was read after changes nothing', () => {
  const directory = new Directory(stored({ endpoints: [endpoint(1)] }), () => () => []);
  directory.stopEndpoint(1, { status: 'paused', statusReason: 'down', statusAtMs: 5 }, 2);
  assert.equal(directory.endpoint(1)!.status, 'active');
});
