import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { adminKey, type ServerProcess, startServerProcess, temporaryFolder } from '../support/process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const noCurl =
  spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0 ? false : 'curl is not installed';
const pages = [
  'README.md',
  'docs/operating/scale.md',
  ...readdirSync(`${root}docs/using`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/using/${name}`),
];
/** What is shown but starts something of its own. */
const elsewhere = /^(npm start|npm test)$/;

/** The commands of a page, in order. */
function commandsOf(page: string): string[] {
  const text = readFileSync(root + page, 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1]!.trim());
  return blocks.filter((block) => !elsewhere.test(block));
}

describe('the commands of the documentation run as they stand', { skip: noCurl }, () => {
  const folder = temporaryFolder();
  const receiver = createServer((request, response) => void request.resume().on('end', () => response.end()));
  let server: ServerProcess;

  before(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    server = await startServerProcess(`${folder.path}/surehook.db`, { SUREHOOK_LOG_LEVEL: 'warn' });
  });

  after(async () => {
    await server.kill();
    receiver.closeAllConnections();
    receiver.close();
    folder.remove();
  });

  for (const page of pages) {
    test(page, async () => {
      const { port } = receiver.address() as AddressInfo;
      for (const command of commandsOf(page)) {
        const here = command
          .replaceAll('http://127.0.0.1:4400', server.url)
          .replaceAll('http://127.0.0.1:4401', `http://127.0.0.1:${port}`)
          .replaceAll('curl ', 'curl -sS --fail-with-body ')
          .replaceAll('npx surehook', `"${process.execPath}" bin/surehook.js`);
        const { status, said } = await runShell(here, {
          // So that commands find the server that runs, as they would on its machine.
          SUREHOOK_DATABASE: `${folder.path}/surehook.db`,
          SUREHOOK_PORT: new URL(server.url).port,
          SUREHOOK_ADMIN_KEY: adminKey,
        });
        assert.equal(status, 0, `${page}: ${command}\n${said}`);
      }
    });
  }

  test('every file that a page links to is there', () => {
    const all = [
      'README.md',
      'ARCHITECTURE.md',
      'CONTRIBUTING.md',
      ...readdirSync(`${root}docs`, { recursive: true }).map((name) => `docs/${name}`),
    ];
    for (const page of all.filter((name) => name.endsWith('.md'))) {
      for (const [, link] of readFileSync(root + page, 'utf8').matchAll(
        /\]\((?!https?:|#|mailto:)([^)#]+)/g,
      )) {
        const target = new URL(link!, new URL(page, `file://${root}`));
        assert.doesNotThrow(
          () => readdirSync(new URL('.', target)) && readFileOrFolder(target),
          `${page} links to ${link}`,
        );
      }
    }
  });
});

/** The receiver of this process can answer meanwhile. */
async function runShell(
  command: string,
  settings: Record<string, string>,
): Promise<{ status: number | null; said: string }> {
  const env = { ...process.env, KEY: adminKey, ...settings };
  const child = spawn('sh', ['-c', command], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said };
}

function readFileOrFolder(target: URL): void {
  try {
    readFileSync(target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
  }
}
