import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { emptyDatabase, type TestDatabase } from '../test/support/postgres.ts';
import { postgresSeen, postgresSeenTable } from './seen/postgres.ts';
import { type RedisCommand, redisSeen } from './seen/redis.ts';
import { sqliteSeen } from './seen/sqlite.ts';
import { memorySeen, type SeenStore } from './seen.ts';

const noRedis =
  spawnSync('redis-server', ['--version']).status === 0 && spawnSync('redis-cli', ['--version']).status === 0
    ? false
    : 'redis-server is not installed';

/** What every store promises; a clock that is moved by hand. */
function promises(name: string, open: (now: () => number) => SeenStore | Promise<SeenStore>): void {
  describe(name, () => {
    test('the first claim is the only one, until the work is done or failed', async () => {
      const store = await open(() => 0);
      assert.equal(await store.claim('a', 1000), 'mine');
      assert.equal(await store.claim('a', 1000), 'busy');
      assert.equal(await store.claim('b', 1000), 'mine');
      await store.keep('a', 1000);
      assert.equal(await store.claim('a', 1000), 'done');
      await store.release('b');
      assert.equal(await store.claim('b', 1000), 'mine');
    });

    test('of many claims at once one is mine', async () => {
      const store = await open(() => 0);
      const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim('a', 1000)));
      assert.deepEqual(claims.filter((claim) => claim === 'mine').length, 1);
    });

    test('a claim that ran out and a key that is old enough can be had again', async () => {
      let nowMs = 0;
      const store = await open(() => nowMs);
      await store.claim('a', 1000);
      nowMs = 999;
      assert.equal(await store.claim('a', 1000), 'busy');
      nowMs = 1000;
      assert.equal(await store.claim('a', 1000), 'mine');
      await store.keep('a', 5000);
      nowMs = 5999;
      assert.equal(await store.claim('a', 1000), 'done');
      nowMs = 6000;
      assert.equal(await store.claim('a', 1000), 'mine');
    });
  });
}

promises('memory', (now) => memorySeen({ now }));
promises('SQLite', (now) => sqliteSeen(new DatabaseSync(':memory:'), { now }));

describe('on a server', () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  before(async () => {
    database = await emptyDatabase();
    pool = new pg.Pool({ connectionString: database.url });
    // Its sockets may still be closing when the database is dropped, which ends them in its own way.
    pool.on('error', () => {});
  });

  after(async () => {
    await pool.end();
    await database.drop();
  });

  promises('PostgreSQL', async (now) => {
    await pool.query(`DROP TABLE IF EXISTS webhook_seen; ${postgresSeenTable}`);
    return postgresSeen(pool, { now });
  });
});

test('memory is bounded: the oldest keys are forgotten', () => {
  const store = memorySeen({ keysMax: 2 });
  for (const key of ['a', 'b', 'c']) store.claim(key, 1000);
  assert.deepEqual([store.claim('c', 1000), store.claim('b', 1000)], ['busy', 'busy']);
  assert.equal(store.claim('a', 1000), 'mine');
});

test('SQLite keeps what was done when it is opened again, and removes what is over', () => {
  const database = new DatabaseSync(':memory:');
  let nowMs = 0;
  const store = sqliteSeen(database, { now: () => nowMs });
  store.claim('a', 1000);
  store.keep('a', 1000);
  assert.equal(sqliteSeen(database, { now: () => nowMs }).claim('a', 1000), 'done');
  nowMs = 2000;
  store.keep('b', 1000);
  assert.deepEqual({ ...database.prepare('SELECT count(*) AS n FROM webhook_seen').get() }, { n: 1 });
});

test('Redis claims once, knows what was done, and forgets', { skip: noRedis }, async () => {
  const socket = join(tmpdir(), `seen-${process.pid}.sock`);
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '']);
  try {
    for await (const chunk of server.stdout) if (/eady to accept|now ready/.test(String(chunk))) break;
    const command: RedisCommand = async (args) => {
      const cli = ['-s', socket, '--json', ...args];
      return JSON.parse((await promisify(execFile)('redis-cli', cli)).stdout);
    };
    const store = redisSeen(command);
    assert.equal(await store.claim('a', 60_000), 'mine');
    assert.equal(await store.claim('a', 60_000), 'busy');
    await store.keep('a', 60_000);
    assert.equal(await store.claim('a', 60_000), 'done');
    await store.release('a');
    assert.equal(await store.claim('a', 60_000), 'mine');
  } finally {
    server.kill();
    await once(server, 'exit');
  }
});
