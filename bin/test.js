// `npm test`: format and lint, types, unused code, then every test. With arguments, only the tests in those files:
// `npm test -- src/core/verdict.test.ts`. With `--long`, those that take minutes instead: falling nodes and databases, the demo, the flow on PostgreSQL. With `--browser`, those in a browser, one file after the other: two browsers at once make each other late. The tests find a PostgreSQL server at TEST_DATABASE_URL, or get one of their own. With `--checks`, only what comes before the tests.
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { freshDashboard } from './dashboard.js';
import { startTestPostgres } from './postgres.js';
import { prepare, root } from './runtime.js';

const patterns = [
  '{src,sdk,dashboard}/**/*.test.ts',
  'test/*.test.ts',
  'test/{attacks,e2e,flow,simulation}/*.test.ts',
];
const longPatterns = ['test/long/*.test.ts'];
const browserPatterns = ['test/browser/*.test.ts'];
/** They use a store and do not know which: run on SQLite with all the others, and on PostgreSQL with the long ones. */
const onEitherStore = ['test/flow/*.test.ts', 'src/flow/settle.test.ts'];
const checks = [
  { title: 'format and lint', file: '@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings'] },
  { title: 'types', file: 'typescript/bin/tsc', args: ['-p', 'tsconfig.json'] },
  { title: 'types of the dashboard', file: 'typescript/bin/tsc', args: ['-p', 'dashboard/tsconfig.json'] },
  { title: 'unused files, exports and packages', file: 'knip/bin/knip.js', args: ['--no-progress'] },
];

await prepare();
const args = process.argv.slice(2);
const onlyChecks = args.includes('--checks');
const files = args.includes('--long')
  ? longPatterns
  : args.includes('--browser')
    ? browserPatterns
    : args.filter((arg) => arg !== '--checks');
const failed = [];
if (files.length === 0) for (const check of checks) runCheck(check);
if (!onlyChecks && !freshDashboard()) failed.push('the build of the dashboard');
if (!onlyChecks) await runTests(files.length > 0 ? files : patterns);
if (failed.length > 0) process.stdout.write(`\nfailed: ${failed.join(', ')}\n`);
process.exit(failed.length > 0 ? 1 : 0);

function runCheck({ title, file, args }) {
  const startMs = performance.now();
  const done = spawnSync(process.execPath, [path.join(root, 'node_modules', file), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(`${done.status === 0 ? '✔' : '✖'} ${title} (${seconds} s)\n`);
  if (done.status === 0) return;
  failed.push(title);
  process.stdout.write(`${done.stdout}${done.stderr}${done.error ?? ''}\n`);
}

async function runTests(wanted) {
  const needsPostgres = wanted !== browserPatterns && !process.env.TEST_DATABASE_URL;
  const own = needsPostgres ? await startTestPostgres() : null;
  const env = { ...process.env, ...(own === null ? {} : { TEST_DATABASE_URL: own.url }) };
  const concurrency = wanted === browserPatterns ? 1 : Math.max(2, os.availableParallelism() - 1);
  const args = [
    '--test',
    '--test-timeout=120000',
    `--test-concurrency=${concurrency}`,
    '--test-reporter=spec',
  ];
  const run = (name, files, more) => {
    process.stdout.write(`\n── ${name}\n`);
    const all = { cwd: root, stdio: 'inherit', env: { ...env, ...more } };
    if (spawnSync(process.execPath, [...args, ...files], all).status !== 0) failed.push(name);
  };
  run('tests', wanted, {});
  if (wanted === longPatterns) run('the flow on PostgreSQL', onEitherStore, { TEST_STORE: 'postgres' });
  if (wanted === patterns)
    process.stdout.write(
      '\nNot run here: tests in a browser (npm run test:browser), of queues that take long to start (npm run test:queues), of nodes and databases that fall, of the demo, and the flow on PostgreSQL (npm run test:long).\n',
    );
  await own?.stop();
}
