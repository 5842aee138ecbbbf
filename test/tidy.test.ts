import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/* The law of the house (ARCHITECTURE.md): every rule ends with a list of `file: what breaks it`, which must be empty. */

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

interface File {
  path: string;
  text: string;
  /** Relative imports as paths from the root, and packages by name. */
  imports: string[];
  /** Those of them that are for types only: gone when the file runs. */
  forTypes: string[];
  packages: string[];
}

const files = ['src', 'sdk', 'bench', 'dashboard', 'test', 'docs'].flatMap(readFolder);
const byPath = new Map(files.map((file) => [file.path, file]));
const sources = files.filter(({ path }) => /^(src|sdk)\//.test(path) && !isForTests(path));
const pages = files.filter(({ path }) => path.startsWith('dashboard/') && !isForTests(path));
const tests = files.filter(({ path }) => path.endsWith('.test.ts'));

/** What each folder may import besides itself; the longest name that fits counts. What is not named here may import everything. */
const law: Record<string, string[]> = {
  sdk: [],
  'src/core': ['sdk'],
  'src/ports': ['src/core'],
  'src/flow': ['src/core', 'src/ports'],
  'src/adapters': ['src/core', 'src/ports'],
  'src/api': ['src/core', 'src/ports', 'src/flow'],
  'src/cli': ['src/core', 'src/ports', 'src/flow'],
  dashboard: [],
};

/** Started by name, not by an import. */
const entries = [
  'src/main.ts',
  'bench/run.ts',
  'bench/scale.ts',
  'dashboard/main.tsx',
  'test/browser/screenshots.ts',
  'test/simulation/run.ts',
  'docs/write.ts',
  'sdk/index.ts',
];

function readFolder(folder: string): File[] {
  const found = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const paths = found
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('sdk/dist/'));
  return paths.map(readSource);
}

function readSource(path: string): File {
  const text = readFileSync(join(root, path), 'utf8');
  const wanted = [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s+['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g,
    ),
  ];
  // A worker is started by its address.
  const workers = [...text.matchAll(/new URL\([^)]*?['"](\.[^'"]+\.ts)['"]/g)];
  const names = [...wanted, ...workers].map((match) => (match[1] ?? match[2])!);
  const isRelative = (name: string): boolean => name.startsWith('.');
  const fromRoot = (name: string): string => normalize(join(dirname(path), name)).replaceAll('\\', '/');
  return {
    path,
    text,
    imports: names.filter(isRelative).map(fromRoot),
    forTypes: [...text.matchAll(/^import type [^;]*? from '(\.[^']+)'/gm)].map((match) =>
      fromRoot(match[1]!),
    ),
    packages: names.filter((name) => !isRelative(name)),
  };
}

function isForTests(path: string): boolean {
  return /\.(test|contract|case)\.ts$/.test(path);
}

/** The text without comments and strings, so that words in them break no rule. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, ' ');
}

function folderOf(path: string): string {
  // Each technology is a folder of its own that knows no other.
  const adapter = /^src\/adapters\/[^/]+/.exec(path);
  if (adapter) return adapter[0];
  return path.startsWith('src/') ? path.split('/').slice(0, 2).join('/') : path.split('/')[0]!;
}

function nothing(broken: string[]): void {
  assert.deepEqual(broken, []);
}

describe('the house is tidy', () => {
  test('a folder imports only what the law lets it', () => {
    nothing(
      [...sources, ...pages].flatMap(({ path, imports }) => {
        const folder = folderOf(path);
        const allowed = law[folder] ?? law[folder.replace(/^(src\/adapters)\/.*/, '$1')];
        if (allowed === undefined) return [];
        const foreign = imports.filter(
          (target) => folderOf(target) !== folder && !allowed.includes(folderOf(target)),
        );
        return foreign.map((target) => `${path}: ${folder} may not import ${target}`);
      }),
    );
  });

  test('core, ports, flow and sdk need no package and no part of Node', () => {
    const pure = sources.filter(({ path }) => /^(src\/(core|ports|flow)|sdk)\//.test(path));
    nothing(pure.flatMap(({ path, packages }) => packages.map((name) => `${path}: imports ${name}`)));
  });

  test('core and flow read no clock, no randomness and no environment', () => {
    const world =
      /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\.|\bperformance\.|\bcrypto\.(?:randomUUID|getRandomValues)/g;
    const pure = sources.filter(({ path }) => /^src\/(core|flow)\//.test(path));
    nothing(
      pure.flatMap(({ path, text }) =>
        (codeOf(text).match(world) ?? []).map((word) => `${path}: uses ${word}`),
      ),
    );
  });

  test('only adapters/http speaks HTTP to the outside', () => {
    const others = sources.filter(({ path }) => !path.startsWith('src/adapters/http/'));
    nothing(
      others.flatMap(({ path, text }) => {
        // Types are no client, and neither is a server, or a table of words.
        const imported = [...text.matchAll(/^import (?!type )([^;]*?) from '(undici|node:https?)'/gm)]
          .filter((match) => !/^\{ (createServer|STATUS_CODES) \}$/.test(match[1]!))
          .map((match) => match[2]!);
        // What runs at the receiver or in a browser has only fetch.
        const may = /^(sdk\/|src\/api\/docs\/)/.test(path);
        const called = may ? null : /(?<![.\w])fetch\(/.exec(codeOf(text));
        return [...imported, ...(called ?? [])].map((name) => `${path}: uses ${name}`);
      }),
    );
  });

  test('nothing imports in a circle', () => {
    const broken: string[] = [];
    const done = new Set<string>();
    const walk = (path: string, way: string[]): void => {
      if (way.includes(path)) broken.push([...way.slice(way.indexOf(path)), path].join(' → '));
      if (done.has(path) || way.includes(path)) return;
      const { imports = [], forTypes = [] } = byPath.get(path) ?? {};
      for (const next of imports) if (!forTypes.includes(next)) walk(next, [...way, path]);
      done.add(path);
    };
    for (const { path } of files) walk(path, []);
    nothing(broken);
  });

  test('every import leads to a file, and every file is imported or started', () => {
    const imported = new Set(files.flatMap(({ imports }) => imports));
    const lost = files.flatMap(({ path, imports }) =>
      imports
        .filter((target) => /\.tsx?$/.test(target) && !byPath.has(target))
        .map((target) => `${path}: imports ${target}, which is not there`),
    );
    const isStarted = ({ path }: File): boolean => entries.includes(path) || path.endsWith('.test.ts');
    const unused = files.filter((file) => !imported.has(file.path) && !isStarted(file));
    nothing([...lost, ...unused.map(({ path }) => `${path}: nobody imports it`)]);
  });

  test('a file is about one thing: at most 400 lines', () => {
    const counted = files
      .filter(({ path }) => !isForTests(path))
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    nothing(counted.filter(({ lines }) => lines > 400).map(({ path, lines }) => `${path}: ${lines} lines`));
  });

  test('no test waits on the clock', () => {
    const waiting = /\bsetTimeout\(|\bsleep\(|node:timers\/promises/g;
    const unit = tests.filter(
      ({ path }) => !/^test\/(e2e|long)\//.test(path) && path !== 'test/tidy.test.ts',
    );
    nothing(
      unit.flatMap(({ path, text }) => (text.match(waiting) ?? []).map((word) => `${path}: uses ${word}`)),
    );
  });

  test('a name says what is inside', () => {
    const vague = /(^|\/|[.-])(utils?|helpers?|commons?|services?|misc|shared)([./-]|$)/;
    nothing(files.filter(({ path }) => vague.test(path)).map(({ path }) => `${path}: the name says nothing`));
  });

  test('only a public index passes on what others export', () => {
    const passing = files.filter(
      ({ path, text }) => path !== 'sdk/index.ts' && /^export (\*|\{[^}]*\}) from /m.test(codeOf(text)),
    );
    nothing(passing.map(({ path }) => `${path}: re-exports`));
  });

  test('every export of core, ports and sdk says what it promises', () => {
    // A limit is told by its name and unit.
    const told = sources.filter(
      ({ path }) => /^(src\/(core|ports)|sdk)\//.test(path) && !path.startsWith('src/core/limits/'),
    );
    nothing(
      told.flatMap(({ path, text }) =>
        undocumented(text).map((name) => `${path}: ${name} has no doc comment`),
      ),
    );
  });

  test('no export is a default', () => {
    nothing(
      files
        .filter(({ text }) => /^export default\b/m.test(text))
        .map(({ path }) => `${path}: export default`),
    );
  });

  test('a test has a name of its own within its file', () => {
    nothing(
      tests.flatMap(({ path, text }) => {
        const names = [...text.matchAll(/^ *(?:test|it)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gm)].map(
          (match) => match[2]!,
        );
        return names
          .filter((name, at) => names.indexOf(name) !== at)
          .map((name) => `${path}: "${name}" twice`);
      }),
    );
  });

  test('npm ci works on every platform: the lock names every package that some platform needs', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    nothing(
      wanted
        .filter((name) => !(`node_modules/${name}` in packages))
        .map((name) => `package-lock.json: ${name} is missing; npm run lock`),
    );
  });
});

/** Exports whose preceding line ends no doc comment. */
function undocumented(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const name = /^export (?:async )?(?:function|class|abstract class|interface|type|const) (\w+)/.exec(
      line,
    )?.[1];
    const before = lines[at - 1]?.trim() ?? '';
    return name === undefined || before.endsWith('*/') ? [] : [name];
  });
}
