import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ApiWorld } from '../support/api.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the built dashboard is served', () => {
  let world: ApiWorld;

  before(async () => {
    world = await ApiWorld.open({
      dashboard: new Map([
        ['/index.html', bytes('<!doctype html><title>shell</title>')],
        ['/assets/main-1a2b.js', bytes('export {}')],
        ['/assets/main-1a2b.css', bytes('a{}')],
        ['/theme.js', bytes('1')],
        ['/manifest.json', bytes('{}')],
      ]),
    });
  });
  after(() => world.close());

  const get = (url: string, headers: Record<string, string> = {}) =>
    world.app.inject({ method: 'GET', url, headers });

  test('the shell stands at / and under every address that a page has, without a key', async () => {
    for (const url of [
      '/',
      '/?x=1',
      '/endpoints',
      '/deliveries/dlv_1?status=dead',
      '/signin',
      '/settings/people',
    ]) {
      const answer = await get(url);
      assert.equal(answer.statusCode, 200, url);
      assert.match(answer.payload, /shell/, url);
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(answer.headers['cache-control'], 'no-cache');
    }
  });

  test('A74 nothing but its own files may be loaded, and nobody may frame it', async () => {
    const policy = String((await get('/')).headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /style-src 'self'(;|$)/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|data:|https?:|\*/);
  });

  test('assets keep for ever, with their types, packed for who takes it', async () => {
    const script = await get('/assets/main-1a2b.js', { 'accept-encoding': 'gzip, br' });
    assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8');
    assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(script.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(script.rawPayload).toString(), 'export {}');
    const style = await get('/assets/main-1a2b.css');
    assert.equal(style.headers['content-type'], 'text/css; charset=utf-8');
    assert.equal(style.headers['content-encoding'], undefined);
    assert.equal((await get('/theme.js')).headers['cache-control'], 'no-cache');
  });

  test('A82 no spelling of a path leads out of the built files', async () => {
    for (const url of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/assets//etc/passwd',
      '//etc/passwd',
      '/assets/..\\..\\package.json',
      '/assets/main-1a2b.js%00.html',
      '/manifest.json',
      '/index.html',
      '/assets/',
      '/__proto__',
    ]) {
      const answer = await get(url);
      assert.equal(answer.statusCode, 404, url);
      assert.match(String(answer.headers['content-type']), /problem\+json/, url);
    }
  });

  test('the API keeps its addresses, and what it does not know stays a problem', async () => {
    for (const url of ['/v1/endpoints', '/v1/nothing', '/nothing', '/in/nothing', '/deliveries/a/b']) {
      const answer = await get(url);
      assert.ok([401, 404].includes(answer.statusCode), url);
      assert.match(String(answer.headers['content-type']), /problem\+json/, url);
    }
    assert.equal((await get('/docs')).statusCode, 200);
    const wrong = await world.app.inject({ method: 'POST', url: '/endpoints' });
    assert.equal(wrong.statusCode, 405);
    assert.equal(wrong.headers.allow, 'GET, HEAD');
  });

  test('a person who opens an address that there is not gets the shell, which says so; a program gets a problem', async () => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    for (const url of ['/nope', '/nope?x=1', '/deliveries/a/b', '/settings/a/b']) {
      const answer = await get(url, { accept });
      assert.equal(answer.statusCode, 404, url);
      assert.match(answer.payload, /shell/, url);
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(answer.headers['cache-control'], 'no-cache');
      assert.match(String(answer.headers['content-security-policy']), /script-src 'self'/);
    }
    for (const url of ['/v1/nothing', '/v1', '/in/a/b', '/docs/nothing', '/assets/none.js']) {
      const answer = await get(url, { accept });
      assert.equal(answer.statusCode, 404, url);
      assert.match(String(answer.headers['content-type']), /problem\+json/, url);
    }
    const posted = await world.app.inject({ method: 'POST', url: '/nope', headers: { accept } });
    assert.match(String(posted.headers['content-type']), /problem\+json/);
  });

  test('where none was built a plain page stands at /, and no page answers', async () => {
    const plain = await ApiWorld.open();
    assert.match((await plain.app.inject({ method: 'GET', url: '/' })).payload, /Surehook is running/);
    assert.equal((await plain.app.inject({ method: 'GET', url: '/endpoints' })).statusCode, 404);
    await plain.close();
  });
});
