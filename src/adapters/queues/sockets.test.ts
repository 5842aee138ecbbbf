import assert from 'node:assert/strict';
import { test } from 'node:test';

test('the console is as it was until a library is used, and then without what libraries write', async (context) => {
  const said: unknown[] = [];
  context.mock.method(console, 'log', (words: unknown) => said.push(words));
  const before = console.log;
  const { openWatched } = await import('./sockets.ts');
  assert.equal(console.log, before);
  const { sockets } = await openWatched(async () => console.log('a broker'), 1000);
  sockets.end();
  console.log('somebody else');
  assert.deepEqual(said, ['somebody else']);
});
