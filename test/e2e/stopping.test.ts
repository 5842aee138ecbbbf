import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startServerProcess, temporaryFolder } from '../support/process.ts';

const folder = temporaryFolder();
after(() => folder.remove());

test('a server that has only just said that it listens ends in order when it is told to', async () => {
  const server = await startServerProcess(join(folder.path, 'surehook.db'));
  assert.equal(await server.stop(), 0);
});
