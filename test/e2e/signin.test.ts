import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adminKey, runCommand, startServerProcess, temporaryFolder } from '../support/process.ts';

/** Signs in with what `surehook signin` printed. */
async function signIn(base: string, link: string): Promise<Response> {
  return await fetch(`${base}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: new URL(link).hash.slice(1) }),
  });
}

test('surehook signin prints a link that works once, beside a server and before its start, and no log has it', async () => {
  const folder = temporaryFolder();
  const database = `${folder.path}/surehook.db`;
  const before = await runCommand(['signin', '--url', 'http://127.0.0.1:4400'], {
    database,
    SUREHOOK_ADMIN_KEY: adminKey,
  });
  assert.equal(before.code, 0, before.err);
  assert.match(before.err, /No server runs/);
  const server = await startServerProcess(database);
  try {
    const first = await signIn(server.url, before.out.trim());
    assert.equal(first.status, 201);
    assert.match(first.headers.get('set-cookie') ?? '', /HttpOnly/);
    const beside = await runCommand(['signin', '--url', server.url], {
      database,
      SUREHOOK_ADMIN_KEY: adminKey,
    });
    assert.equal(beside.code, 0, beside.err);
    assert.equal(new URL(beside.out.trim()).origin, server.url);
    assert.equal((await signIn(server.url, beside.out.trim())).status, 201);
    assert.equal((await signIn(server.url, beside.out.trim())).status, 401);
    const log = JSON.stringify(server.log);
    for (const { out } of [before, beside]) assert.ok(!log.includes(new URL(out.trim()).hash.slice(1)));
  } finally {
    await server.kill();
    folder.remove();
  }
});
