import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A folder in which `@surehook/sdk` is installed as npm would install it, from a tarball. */
export interface App {
  path: string;
  /** Where the package stands. */
  package: string;
  /** Runs a file of the folder with this Node (the one of the test unless given); fails the test if that fails. */
  run(file: string, node?: string): string;
  remove(): void;
}

/** Builds, packs and installs the SDK; `packages` of the clone can be imported beside it. */
export function installSdk(packages: readonly string[] = []): App {
  const folder = temporaryFolder();
  const home = join(folder.path, 'sdk');
  const app = join(folder.path, 'app');
  mkdirSync(home);
  mkdirSync(app);
  const project = ['-p', join(root, 'sdk/tsconfig.build.json'), '--outDir', join(home, 'dist')];
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...project], root);
  for (const name of ['package.json', 'README.md', 'LICENSE'])
    cpSync(join(root, 'sdk', name), join(home, name));
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder.path], home);
  const tarball = readdirSync(folder.path).find((name) => name.endsWith('.tgz'))!;
  writeFileSync(join(app, 'package.json'), '{"private":true,"type":"module"}');
  const flags = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  run('npm', ['install', join(folder.path, tarball), ...flags], app);
  for (const name of packages) {
    const link = join(app, 'node_modules', name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link, 'junction');
  }
  return {
    path: app,
    package: join(app, 'node_modules/@surehook/sdk'),
    run: (file, node = process.execPath) => run(node, [file], app),
    remove: folder.remove,
  };
}

/** The first Node of that major version in the path; null when there is none. */
export function nodeOf(major: number): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, 'node')).find((file) => versionOf(file) === major);
  return found ?? null;
}

function versionOf(node: string): number {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

function run(command: string, args: string[], cwd: string): string {
  const shell = process.platform === 'win32' && command === 'npm';
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', shell });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}
