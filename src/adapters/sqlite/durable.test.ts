import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SurehookError } from '../../core/errors.ts';
import type { Store } from '../../ports/store.ts';
import { t0, World } from '../../ports/store-world.case.ts';
import { createVault } from '../system/vault.ts';
import { migrationStatus, openWriter, requireDurable, requireVersion } from './connection.ts';
import { makeFolder } from './file.ts';
import { dumpSchema } from './migrations.ts';
import { openSqliteStore } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'surehook-durable-'));
after(() => rmSync(folder, { recursive: true }));
const vault = createVault(new Uint8Array(32));
let made = 0;
const newFile = (): string => join(folder, String(made++), 'deep', 'test.db');
const open = (file: string, mode: 'thread' | 'inline' = 'inline') => openSqliteStore({ file, vault, mode });
const says = (pattern: RegExp) => (error: unknown) =>
  error instanceof SurehookError && pattern.test(error.detail);

/** A file with one account, one endpoint and one event, closed in order. */
async function filled(): Promise<string> {
  const file = newFile();
  const store = await open(file);
  await store.createAccount({
    id: 'default',
    name: '',
    maxEndpoints: 1,
    notify: null,
    createdAtMs: t0,
    updatedAtMs: t0,
  });
  const world = new World(store, 1);
  await world.join();
  await world.endpoint();
  await world.stored({ event: { id: 'kept' } });
  await store.close();
  return file;
}

test('commits are synced to the disk: synchronous is FULL after the first statement', () => {
  const file = newFile();
  makeFolder(file);
  const db = openWriter(file);
  assert.equal(db.prepare('PRAGMA synchronous').get()!.synchronous, 2);
  assert.equal(db.prepare('PRAGMA journal_mode').get()!.journal_mode, 'wal');
  db.close();
});

test('a connection that does not sync is refused', () => {
  const db = new DatabaseSync(join(folder, 'lax.db'));
  db.exec('PRAGMA synchronous = NORMAL');
  assert.throws(() => requireDurable(db, 'lax.db'), says(/synchronous=FULL/));
  db.close();
});

test('a SQLite with the log-reset bug is refused', () => {
  for (const version of ['3.51.2', '3.50.9', '2.99.99'])
    assert.throws(() => requireVersion(version), says(/3\.51\.3/));
  for (const version of ['3.51.3', '3.52.0', '4.0.0']) requireVersion(version);
});

test('a killed process loses nothing it acknowledged, keeps others out while it lives, and is taken over at once', async () => {
  const file = newFile();
  const child = spawn(process.execPath, [fileURLToPath(new URL('./holder.case.ts', import.meta.url)), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  after(() => child.kill('SIGKILL'));
  let printed = '';
  let enough = (): void => {};
  const acknowledged = new Promise<void>((resolve) => {
    enough = resolve;
  });
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    if (printed.length > 2000) enough();
  });
  await acknowledged;
  await assert.rejects(open(file), says(new RegExp(`in use by another process \\(pid ${child.pid}\\)`)));
  child.kill('SIGKILL');
  await once(child, 'close');
  const store = await open(file);
  const kept = new Set<number>();
  let before: number | null = null;
  do {
    const page: Awaited<ReturnType<Store['listEvents']>> = await store.listEvents(
      1,
      {},
      { limit: 1_000_000, before },
    );
    for (const { event } of page.rows) kept.add(event.seq);
    before = page.next;
  } while (before !== null);
  const seqs = printed.split('\n').slice(0, -1).map(Number);
  assert.deepEqual(
    seqs.filter((seq) => !kept.has(seq)),
    [],
  );
  await store.close();
});

test('two stores in one process do not share a file, and closing gives it free', async () => {
  const file = newFile();
  const first = await open(file, 'thread');
  await assert.rejects(open(file), says(/in use/));
  await first.close();
  await (await open(file)).close();
});

test('what was stored is there after closing and opening, and no log is left over', async () => {
  const file = await filled();
  const store = await open(file, 'thread');
  assert.equal((await store.getEvent(1, 'kept'))?.event.id, 'kept');
  await store.close();
  assert.deepEqual(readdirSync(join(file, '..')).sort(), ['test.db', 'test.db.lock']);
});

test('secrets, header values and passwords are nowhere in the file', async () => {
  const file = await filled();
  const bytes = readFileSync(file);
  assert.ok(bytes.includes('shop.example'));
  for (const secret of ['cGxhaW4tc2VjcmV0', 'plain-credential', 'queue-credential'])
    assert.equal(bytes.includes(secret), false, secret);
});

test('what a source hides and what came with refused requests is nowhere in the file', async () => {
  const file = newFile();
  const store = await open(file);
  const made = await store.createSource(
    {
      id: 'src_1',
      accountNo: 1,
      name: 'shop.example',
      token: 'hidden-token',
      scheme: 'standard',
      custom: null,
      secrets: ['hidden-secret'],
      fields: { token: 'hidden-field' },
      eventType: null,
      eventId: null,
      reference: null,
      maxBodyBytes: 1,
      ratePerSecond: null,
      ack: null,
      rejectStatus: null,
      schemas: null,
      consume: { url: 'redis://shop@h?stream=s', password: 'hidden-queue' },
      tracking: {
        reference: null,
        orderId: null,
        states: {},
        poll: null,
        list: {
          url: 'https://shop.example/events?since={since}',
          headers: { authorization: 'hidden-credential' },
          items: '/data',
          id: '/id',
          type: '/type',
          everyMs: 1000,
          overlapMs: 0,
          more: null,
        },
        slaMs: null,
      },
      createdAtMs: 1,
      updatedAtMs: 1,
    },
    1,
  );
  assert.notEqual(made, 'too_many');
  await store.updateSource(1, { secrets: ['hidden-secret', 'hidden-newer'] });
  await store.keepRequest({
    id: 'srq_1',
    sourceNo: 1,
    atMs: 1,
    verdict: 'rejected',
    reason: 'mismatch',
    detail: null,
    status: 401,
    method: 'POST',
    url: 'https://surehook.example/in/hidden-token',
    headers: ['authorization', 'hidden-header'],
    body: null,
    bodyBytes: 0,
    eventId: null,
  });
  await store.close();
  const bytes = readFileSync(file);
  assert.ok(bytes.includes('shop.example'));
  assert.equal(bytes.includes('hidden-'), false);
});

test('another encryption key opens no secret, and says so', async () => {
  const file = await filled();
  const store = await openSqliteStore({
    file,
    vault: createVault(new Uint8Array(32).fill(7)),
    mode: 'inline',
  });
  await assert.rejects(store.directory(), says(/SUREHOOK_ENCRYPTION_KEY/));
  await store.close();
});

test('a database of a newer version is refused and left as it is', async () => {
  const file = await filled();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 999');
  db.close();
  await assert.rejects(open(file), says(/schema 999/));
  assert.equal(migrationStatus(file).version, 999);
});

test('a database of another program is refused and left as it is', async () => {
  const file = join(folder, 'foreign.db');
  const db = new DatabaseSync(file);
  db.exec('CREATE TABLE notes (text)');
  db.close();
  await assert.rejects(open(file), says(/another program/));
});

test('the migration status of a file shows what is missing, and makes no file', () => {
  const file = join(folder, 'none.db');
  assert.deepEqual(migrationStatus(file), {
    version: 0,
    latest: 16,
    pending: [
      '0001-beginning',
      '0002-sources',
      '0003-orders',
      '0004-alerts',
      '0005-bins',
      '0006-people',
      '0007-portal',
      '0008-polls',
      '0009-signals',
      '0010-listed',
      '0011-timings',
      '0012-flagged',
      '0013-audit-shares',
      '0014-replay-rate',
      '0015-orders-of-source',
      '0016-audit-about',
    ],
  });
  assert.deepEqual(migrationStatus(file).version, 0);
  const db = openWriter(file);
  assert.deepEqual(migrationStatus(file), { version: 16, latest: 16, pending: [] });
  db.close();
});

test('a damaged database is refused with the way to restore it, and not replaced by an empty one', async () => {
  for (const [at, length] of [
    [0, 16],
    [4096 * 3, 4096 * 6],
  ] as const) {
    const file = await filled();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, at, at + length);
    writeFileSync(file, bytes);
    await assert.rejects(open(file, 'thread'), says(/damaged.*Restore the newest backup/));
    assert.deepEqual(readFileSync(file), bytes);
  }
});

test('a folder, a file of another kind and a place that cannot be made are refused in words, and nothing is made', async () => {
  const inner = join(newFile(), '..');
  makeFolder(join(inner, 'x.db'));
  await assert.rejects(open(inner), says(/is a folder\. Name a file in it.*surehook\.db/));
  const text = join(inner, 'notes.txt');
  writeFileSync(text, 'not a database');
  await assert.rejects(open(text), says(/not a SQLite database.*SUREHOOK_DATABASE/));
  assert.deepEqual(readdirSync(inner), ['notes.txt']);
  assert.deepEqual(readdirSync(join(inner, '..')), ['deep']);
  await assert.rejects(open(join(text, 'sub', 'x.db')), says(/cannot be opened.*SUREHOOK_DATABASE/));
  if (process.platform === 'linux')
    await assert.rejects(open('/proc/none/x.db'), says(/\/proc\/none.*SUREHOOK_DATABASE/));
});

test('the database, its log, its lock and its copies are their owner’s alone', async () => {
  const file = newFile();
  const store = await open(file, 'thread');
  await store.createAccount({
    id: 'default',
    name: '',
    maxEndpoints: 1,
    notify: null,
    createdAtMs: t0,
    updatedAtMs: t0,
  });
  await store.backup(`${file}.copy`);
  const names = readdirSync(join(file, '..')).sort();
  const all = ['test.db', 'test.db-shm', 'test.db-wal', 'test.db.copy', 'test.db.lock'];
  assert.deepEqual(names, all);
  const modes = names.map((name) => statSync(join(file, '..', name)).mode & 0o777);
  assert.deepEqual(
    modes,
    all.map(() => 0o600),
  );
  await store.close();
});

test('a first opening that fails leaves nothing behind', async () => {
  const file = newFile();
  makeFolder(file);
  // An index of the log that cannot be made keeps SQLite from working.
  mkdirSync(`${file}-shm`);
  await assert.rejects(open(file, 'thread'));
  assert.deepEqual(readdirSync(join(file, '..')).sort(), ['test.db-shm']);
});

test('a copy into a folder that is not there is refused in one line that names it', async () => {
  const file = await filled();
  const store = await open(file);
  await assert.rejects(store.backup(join(folder, 'none', 'x.db')), says(/There is no folder .*none\./));
  await store.close();
});

test('a database that is missing beside its log is refused', async () => {
  const file = await filled();
  rmSync(file);
  writeFileSync(`${file}-wal`, 'log');
  await assert.rejects(open(file), says(/is missing, but its log/));
});

test('a backup is a database of its own, with everything in it, and never replaces a file', async () => {
  for (const mode of ['inline', 'thread'] as const) {
    const file = await filled();
    const store = await open(file, mode);
    const copy = join(folder, `copy-${mode}.db`);
    await store.backup(copy);
    await assert.rejects(store.backup(copy), says(/exists already/));
    await store.close();
    const restored = await open(copy);
    assert.equal((await restored.getEvent(1, 'kept'))?.event.id, 'kept');
    await restored.close();
  }
});

test('schema.sql shows the schema that the migrations make', () => {
  const db = openWriter(':memory:');
  assert.equal(dumpSchema(db), readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'));
  db.close();
});

test('attempts are kept and shown also when their row ids are above what a number holds exactly', async () => {
  const file = await filled();
  const raw = new DatabaseSync(file);
  raw.exec('UPDATE node SET last_seq = 20000000');
  raw.close();
  const store = await open(file);
  const world = new World(store, 1);
  await world.join();
  const { accounts, endpoints } = await store.directory();
  world.version = accounts[0]!.version;
  const { no } = endpoints[0]!;
  const seq = await world.stored({ event: { id: 'high' }, endpointNos: [no], modes: ['begun'] });
  assert.equal(await world.end(world.fresh(seq, no)), 'settled');
  const found = await store.getDelivery(1, seq * 65_536);
  assert.deepEqual(
    found?.attempts.map(({ n, httpStatus }) => [n, httpStatus]),
    [[1, 200]],
  );
  await store.close();
});
