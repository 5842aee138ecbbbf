import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { createLog } from './log.ts';

function opened(level = 'info', terminal = false): { log: ReturnType<typeof createLog>; lines(): string[] } {
  const written: string[] = [];
  const log = createLog({ level, terminal, write: (text) => written.push(text) });
  const lines = (): string[] => {
    log.flush();
    return written.join('').split('\n').slice(0, -1);
  };
  return { log, lines };
}

test('a line of an event is the one the logger would have written', () => {
  mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_123 });
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.double(), fc.constant(null));
  const fields = fc.record({ event: value, reference: value, detail: value, durationMs: value });
  fc.assert(
    fc.property(fields, (given) => {
      const { log, lines } = opened();
      log.info(given, 'attempted');
      log.logger.info(given, 'attempted');
      const [mine, theirs, ...more] = lines();
      assert.deepEqual(JSON.parse(mine!), JSON.parse(theirs!));
      assert.deepEqual(more, []);
    }),
  );
  mock.timers.reset();
});

test('lines come out in the order they were written, and those of one turn together', async () => {
  const written: string[] = [];
  const log = createLog({ level: 'info', terminal: false, write: (text) => written.push(text) });
  log.info({ n: 1 }, 'first');
  log.logger.warn({ n: 2 }, 'second');
  log.info({ n: 3 }, 'third');
  assert.equal(written.length, 0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(written.length, 1);
  const numbers = written.join('').matchAll(/"n":(\d)/g);
  assert.deepEqual(
    [...numbers].map(([, n]) => n),
    ['1', '2', '3'],
  );
});

test('above level info events have no lines', () => {
  const { log, lines } = opened('warn');
  log.info({ event: 'evt_1' }, 'accepted');
  log.logger.warn('kept');
  assert.equal(lines().length, 1);
});

test('each line has the moment it was written at', () => {
  mock.timers.enable({ apis: ['Date'], now: 0 });
  const { log, lines } = opened();
  for (const ms of [0, 0, 1, 1000]) {
    mock.timers.setTime(ms);
    log.info({ ms }, 'one');
  }
  mock.timers.reset();
  const times = lines().map((line) => Date.parse((JSON.parse(line) as { time: string }).time));
  assert.deepEqual(times, [0, 0, 1, 1000]);
});

test('a terminal shows the lines of events for people', () => {
  const { log, lines } = opened('info', true);
  log.info({ event: 'evt_1', detail: '' }, 'accepted');
  const [line] = lines();
  assert.match(line!, /info {2}accepted .*event=.*"evt_1"/);
  assert.doesNotMatch(line!, /detail/);
});

test('what was logged in the turn that ends the process is written', () => {
  const module = new URL('./log.ts', import.meta.url).href;
  for (const end of ["throw new Error('a fault')", 'process.exit(1)']) {
    const program = `import { openLog } from '${module}'; const log = openLog('info', false); log.info({ n: 1 }, 'last'); ${end};`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    assert.match(stdout, /"n":1,"msg":"last"\}\n$/);
  }
});
