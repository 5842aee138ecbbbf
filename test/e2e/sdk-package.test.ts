import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { type App, installSdk, nodeOf } from '../support/sdk-package.ts';
import { heldBy, vectors } from '../support/vectors.ts';

const bundleBytesMax = 10_000;

/** Judges every vector with nothing but the package, and says which differ from their author's verdict. */
const judge = `
import { schemeNamed, verify } from '@surehook/sdk';
export async function differing(cases) {
  const found = [];
  for (const { id, scheme, valid, body, pem, now, toleranceS, secret, ...request } of cases) {
    const options = { scheme: schemeNamed(scheme), secret, fields: request.fields, now: () => now * 1000,
      certificate: async () => pem, ...(toleranceS === undefined ? {} : { toleranceS }) };
    const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
    const { method, url, headers } = request;
    const given = { headers, body: bytes, method, url };
    const isValid = await verify(given, options).then(() => true, (error) => {
      if (error.name !== 'WebhookError') throw error;
      return false;
    });
    if (isValid !== valid) found.push(id);
  }
  return found;
}`;

/** What an application in TypeScript does; each `@ts-expect-error` fails when there is no error. */
const consumer = `
import { createReceiver, stripe, verify, WebhookError } from '@surehook/sdk';
import { createClient } from '@surehook/sdk/client';
import { toFetch } from '@surehook/sdk/fetch';
import { consume } from '@surehook/sdk/pull';
import { sqliteSeen } from '@surehook/sdk/seen/sqlite';
import { foxreload } from '@surehook/sdk/schemes/timed';
import { signedRequest } from '@surehook/sdk/testing';

interface Events {
  'order.paid': { total: number };
}
const receiver = createReceiver<Events>({
  scheme: foxreload,
  secret: ['new', 'old'],
  on: {
    'order.paid': ({ data, type }) => { const total: number = data.total; const name: 'order.paid' = type; return [total, name]; },
    'order.*': ({ id }) => id,
  },
});
export const POST: (request: Request) => Promise<Response> = toFetch(receiver);
export async function use(request: Request, signal: AbortSignal) {
  try {
    const event = await verify<{ total: number }>(request, { scheme: stripe, secret: 'whsec' });
    return event.data.total;
  } catch (error) {
    if (error instanceof WebhookError) return error.code === 'body_already_parsed' ? error.status : 0;
    throw error;
  }
  const client = createClient({ url: 'http://localhost', key: 'k' });
  await client.call('POST /v1/events', { body: { type: 'a.b', data: {} } });
  // @ts-expect-error: there is no such route
  await client.call('POST /v1/nothing', {});
  // @ts-expect-error: the body is missing
  await client.call('POST /v1/events', {});
  for await (const { status } of client.list('GET /v1/deliveries', {})) status satisfies string;
  await consume(client, { endpointId: 'ep', signal, on: { '*': ({ attempt }) => attempt + 1 } });
  // @ts-expect-error: a secret is no number
  await verify(request, { secret: 5 });
  return [sqliteSeen, await signedRequest({ secret: 's', body: {} })];
}`;

const cases = vectors.map((vector) => ({
  id: vector.id,
  scheme: vector.scheme,
  valid: vector.valid,
  body: vector.rawBodyBase64,
  pem: vector.certPem,
  now: vector.now ?? 0,
  toleranceS: vector.toleranceSeconds,
  secret: heldBy(vector).secrets,
  fields: heldBy(vector).fields,
  headers: vector.headers,
  method: vector.method,
  url: vector.url ?? '',
}));

describe('the package that receivers install', () => {
  let app: App;

  before(() => {
    app = installSdk();
    writeFileSync(join(app.path, 'judge.js'), judge);
    writeFileSync(join(app.path, 'cases.json'), JSON.stringify(cases));
    writeFileSync(
      join(app.path, 'run.js'),
      "import { readFileSync } from 'node:fs'; import { differing } from './judge.js';" +
        "console.log(JSON.stringify(await differing(JSON.parse(readFileSync('cases.json', 'utf8')))));",
    );
  });

  after(() => app.remove());

  /** One file of what an entry needs, as a bundler makes it for runtimes without `node:` modules. */
  async function bundled(entry: string, format: 'iife' | 'es'): Promise<string> {
    const file = join(app.path, `entry-${format}.js`);
    writeFileSync(file, entry);
    const bundle = await rolldown({ input: file, platform: 'neutral', logLevel: 'silent' });
    const { output } = await bundle.generate({ format, minify: true, name: 'bundle' });
    await bundle.close();
    return output[0].code;
  }

  test('passes every vector on the runtime of the server', () => {
    assert.equal(app.run('run.js'), '[]\n');
  });

  test('passes every vector on Node 20', (t) => {
    const node = nodeOf(20);
    if (node === null) return t.skip('there is no Node 20 in the path');
    assert.equal(app.run('run.js', node), '[]\n');
  });

  test('passes every vector where there is nothing but the globals of the web', async () => {
    const code = await bundled("export { differing } from './judge.js';", 'iife');
    const { crypto, TextEncoder, TextDecoder, URL, URLSearchParams, Headers, atob } = globalThis;
    const web = createContext({ crypto, TextEncoder, TextDecoder, URL, URLSearchParams, Headers, atob });
    runInContext(`${code};globalThis.bundle = bundle`, web);
    const { differing } = web.bundle as { differing(given: unknown): Promise<string[]> };
    assert.deepEqual([...(await differing(cases))], []);
  });

  test('verify with one scheme takes less than 10 kB, compressed', async (t) => {
    for (const scheme of ['standard', 'stripe', 'shopify', 'paypal', 'twilio', 'discord']) {
      const code = await bundled(`export { ${scheme}, verify } from '@surehook/sdk';`, 'es');
      const bytes = gzipSync(code).length;
      t.diagnostic(`${scheme}: ${bytes} bytes`);
      assert.ok(bytes < bundleBytesMax, `${scheme}: ${bytes} bytes`);
      assert.doesNotMatch(code, /x-github-delivery/, 'schemes that nobody asked for are left out');
    }
  });

  test('holds JavaScript and types, no source and no test, and needs no other package', () => {
    const names = readdirSync(app.package, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      names.filter((name) => /\.test\.|(?<!\.d)\.ts$/.test(name)),
      [],
    );
    const description = JSON.parse(readFileSync(join(app.package, 'package.json'), 'utf8'));
    assert.equal(description.dependencies, undefined);
    for (const name of ['README.md', 'LICENSE']) assert.ok(names.includes(name), name);
    const files = Object.values(description.exports as Record<string, string>);
    for (const file of files.filter((name) => !name.includes('*'))) {
      assert.ok(existsSync(join(app.package, file)), file);
      assert.ok(existsSync(join(app.package, file.replace(/\.js$/, '.d.ts'))), `types of ${file}`);
    }
    assert.ok(existsSync(join(app.package, 'dist/schemes/timed.js')));
  });

  test('its types hold in an application that has only those of the web, and tell wrong use', () => {
    writeFileSync(join(app.path, 'consumer.ts'), consumer);
    const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', ''];
    const libraries = ['--lib', 'es2022,dom,dom.iterable,dom.asynciterable'];
    const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
    const args = [tsc, ...flags, ...libraries, 'consumer.ts'];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: app.path, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });

  test('is of the version of the server', () => {
    const versionOf = (file: URL | string) => JSON.parse(readFileSync(file, 'utf8')).version;
    assert.equal(
      versionOf(join(app.package, 'package.json')),
      versionOf(new URL('../../package.json', import.meta.url)),
    );
  });
});
