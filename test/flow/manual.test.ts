import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readBuiltFiles } from '../../src/adapters/system/built-files.ts';
import { ApiWorld } from '../support/api.ts';

describe('the manual is served', () => {
  let world: ApiWorld;
  const manual = readBuiltFiles(fileURLToPath(new URL('../../docs', import.meta.url)));

  before(async () => {
    world = await ApiWorld.open({ manual });
  });
  after(() => world.close());

  const get = (url: string) => world.app.inject({ method: 'GET', url });

  test('every page of the documentation is Markdown at its own path, without a key', async () => {
    const answer = await get('/docs/using/orders.md');
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['content-type'], 'text/markdown; charset=utf-8');
    assert.equal(answer.payload, Buffer.from(manual.get('/using/orders.md')!).toString());
    assert.equal((await get('/docs/using/queues/kafka.md')).statusCode, 200);
  });

  test('nothing else of that folder is served, nor what lies beside it', async () => {
    for (const path of ['/docs/write.ts', '/docs/pictures/bin.png', '/docs/using/../../package.json'])
      assert.equal((await get(path)).statusCode, 404, path);
  });

  test('/llms.txt says what this is, and every link in it leads somewhere', async () => {
    const { payload, headers } = await get('/llms.txt');
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    assert.match(payload, /^# Surehook [\d.]+\n\n> /);
    const links = [...payload.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
    assert.ok(links.includes('/openapi.json') && links.includes('/docs/using/receiving.md'));
    assert.ok(
      links.every((link) => link.startsWith('/')),
      'no other server is named',
    );
    for (const link of links) assert.equal((await get(link)).statusCode, 200, link);
  });

  test('without the files of the documentation it leads to the API alone', async () => {
    const bare = await ApiWorld.open();
    const { payload } = await bare.app.inject({ method: 'GET', url: '/llms.txt' });
    assert.match(payload, /openapi\.json/);
    assert.doesNotMatch(payload, /Using it/);
    await bare.close();
  });
});
