import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand, startServerProcess, temporaryFolder } from '../support/process.ts';

const folder = temporaryFolder();
after(() => folder.remove());
let made = 0;
function newFolder(): string {
  const path = join(folder.path, String(made++));
  mkdirSync(path);
  return path;
}

test('a start with another encryption key than the database was made with says so, and ends', async () => {
  const database = join(newFolder(), 'surehook.db');
  const server = await startServerProcess(database);
  await server.call('POST', '/v1/endpoints', { url: 'http://127.0.0.1:9/', events: ['*'] });
  await server.stop();
  const key = Buffer.alloc(32, 9).toString('base64');
  const { code, err } = await runCommand(['start'], { database, SUREHOOK_ENCRYPTION_KEY: key });
  assert.equal(code, 1);
  assert.match(err, /^surehook: [^\n]*SUREHOOK_ENCRYPTION_KEY[^\n]*\n$/);
  // Whoever failed holds the database no longer.
  await (await startServerProcess(database)).stop();
});

test('an address that cannot be listened on is named by its setting, before anything is made', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  for (const [environment, words] of [
    [{ SUREHOOK_PORT: String(port) }, /something else listens there.*SUREHOOK_PORT/],
    [{ SUREHOOK_HOST: '999.1.1.1' }, /999\.1\.1\.1.*SUREHOOK_HOST/],
    [{ SUREHOOK_HOST: '192.0.2.1' }, /192\.0\.2\.1.*SUREHOOK_HOST/],
  ] as const) {
    const place = newFolder();
    const { code, err } = await runCommand(['start'], {
      database: join(place, 'surehook.db'),
      ...environment,
    });
    assert.equal(code, 1);
    assert.match(err, words);
    assert.deepEqual(readdirSync(place), []);
  }
  await new Promise((resolve) => taken.close(resolve));
});

test('what can be no database is refused before keys are looked at or made', async () => {
  const place = newFolder();
  const notes = join(place, 'notes.txt');
  writeFileSync(notes, 'not a database');
  const cases: [string, RegExp][] = [
    [place, /is a folder/],
    [notes, /not a SQLite database/],
  ];
  if (process.platform === 'linux') cases.push(['/proc/none/x.db', /\/proc\/none.*SUREHOOK_DATABASE/]);
  for (const [database, words] of cases) {
    const { code, err } = await runCommand(['start'], { database, SUREHOOK_ADMIN_KEY: '' });
    assert.equal(code, 1);
    assert.match(err, words);
    assert.equal(err.split('\n').length, 2, err);
    if (database.startsWith('/proc')) continue;
    for (const command of [
      ['backup', `${place}/copy.db`],
      ['migrate', '--status'],
      ['keys', 'list'],
    ])
      assert.match((await runCommand(command, { database })).err, words, command.join(' '));
  }
  assert.deepEqual(readdirSync(place), ['notes.txt']);
  assert.deepEqual(
    readdirSync(folder.path).filter((name) => !/^\d+$/.test(name)),
    [],
  );
});

test('a first start that fails takes its keys with it', async () => {
  const place = newFolder();
  const database = join(place, 'surehook.db');
  // An index of the log that cannot be made keeps SQLite from working.
  mkdirSync(`${database}-shm`);
  const { code } = await runCommand(['start'], { database, SUREHOOK_ADMIN_KEY: '' });
  assert.equal(code, 1);
  assert.deepEqual(readdirSync(place), ['surehook.db-shm']);
});

test('a backup into a folder that is not there is one line that names it', async () => {
  const database = join(newFolder(), 'surehook.db');
  await (await startServerProcess(database)).stop();
  const { code, err } = await runCommand(['backup', join(folder.path, 'none', 'x.db')], { database });
  assert.equal(code, 1);
  assert.match(err, /^surehook: There is no folder [^\n]*none\.[^\n]*\n$/);
});
