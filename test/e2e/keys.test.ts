import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand, startServerProcess, temporaryFolder } from '../support/process.ts';

test('keys are made, shown and revoked beside a running server and without one', async () => {
  const folder = temporaryFolder();
  const database = join(folder.path, 'surehook.db');
  try {
    const none = await runCommand(['keys', 'list'], { database });
    assert.equal(none.code, 1);
    assert.match(none.err, /^surehook: There is no database [^\n]*surehook\.db yet;[^\n]*\n$/);
    assert.equal(existsSync(database), false);

    const server = await startServerProcess(database);
    const { port } = new URL(server.url);
    const where = { database, SUREHOOK_PORT: port };
    const made = await runCommand(['keys', 'create', '--name', 'shop', '--scopes', 'read'], where);
    assert.equal(made.code, 0, made.err);
    const authorization = `Bearer ${made.out.trim()}`;
    assert.equal((await server.call('GET', '/v1/events', undefined, { authorization })).status, 200);
    const at = ['--url', server.url];
    const listed = await runCommand(['keys', 'list', ...at], { database });
    const id = /^(key_\w+) {2}shk_live_.{5}… {2}default {2}read {2}\S+ {2}shop\n$/.exec(listed.out)?.[1];
    assert.ok(id, listed.out);
    assert.equal((await runCommand(['trigger', 'order.created'], where)).code, 0);
    assert.equal((await runCommand(['keys', 'revoke', id], where)).code, 0);
    assert.equal((await server.call('GET', '/v1/events', undefined, { authorization })).status, 401);
    const lost = await runCommand(['keys', 'list', '--url', 'http://127.0.0.1:1'], { database });
    assert.match(lost.err, /in use by another process, and no server answers at http:\/\/127\.0\.0\.1:1\./);
    await server.stop();

    assert.equal((await runCommand(['keys', 'create', '--admin'], { database })).code, 0);
    assert.match((await runCommand(['keys', 'list'], { database })).out, / {2}admin {2}everything {2}/);
  } finally {
    folder.remove();
  }
});
