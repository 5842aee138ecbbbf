import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
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

  test('is of the version of the server', () => {
    const versionOf = (file: URL | string) => JSON.parse(readFileSync(file, 'utf8')).version;
    assert.equal(
      versionOf(join(app.package, 'package.json')),
      versionOf(new URL('../../package.json', import.meta.url)),
    );
  });
});
