import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { createLog, type Log } from './log.ts';

function opened(level = 'info', terminal = false): { log: Log; lines(): string[] } {
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
      log.eventLine(given, 'attempted');
      log.logger.info(given, 'attempted');
      const [mine, theirs, ...more] = lines();
      assert.deepEqual(JSON.parse(mine!), JSON.parse(theirs!));
      assert.deepEqual(more, []);
    }),
  );
  mock.timers.reset();
});

test('lines come out in the order they were written, those of one turn together', async () => {
  const written: string[] = [];
  const log = createLog({ level: 'info', terminal: false, write: (text) => written.push(text) });
  for (const n of [0, 3]) {
    log.eventLine({ n }, 'accepted');
    log.logger.warn({ n: n + 1 }, 'second');
    await null;
    log.eventLine({ n: n + 2 }, 'attempted');
    assert.equal(written.length, n / 3);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(
    written.map((text) => [...text.matchAll(/"n":(\d)/g)].map(([, n]) => n).join()),
    ['0,1,2', '3,4,5'],
  );
});

test('above level info events have no lines', () => {
  const { log, lines } = opened('warn');
  log.eventLine({ event: 'evt_1' }, 'accepted');
  log.logger.warn('kept');
  assert.equal(lines().length, 1);
});

test('each line has the moment it was written at', () => {
  mock.timers.enable({ apis: ['Date'], now: 0 });
  const { log, lines } = opened();
  for (const ms of [0, 0, 1, 1000]) {
    mock.timers.setTime(ms);
    log.eventLine({ ms }, 'accepted');
  }
  mock.timers.reset();
  const times = lines().map((line) => Date.parse((JSON.parse(line) as { time: string }).time));
  assert.deepEqual(times, [0, 0, 1, 1000]);
});

test('a terminal shows the lines of events for people', () => {
  const { log, lines } = opened('info', true);
  log.eventLine({ event: 'evt_1', detail: '' }, 'accepted');
  const [line] = lines();
  assert.match(line!, /info {2}accepted .*event=.*"evt_1"/);
  assert.doesNotMatch(line!, /detail/);
});

/** A process of its own that logs and ends, with this behind its stdout. */
function logging(program: string, stdout: 'pipe' | number): { status: number | null; text: string } {
  const module = new URL('./log.ts', import.meta.url).href;
  const whole = `import { openLog } from '${module}'; const log = openLog('info', false); ${program}`;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', whole], {
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'ignore'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  return { status: done.status, text: done.stdout ?? '' };
}

test('what was logged in the turn that ends the process is written', () => {
  for (const end of ["throw new Error('a fault')", 'process.exit(1)']) {
    const { text } = logging(
      `setImmediate(() => { log.logger.info({ n: 1 }, 'a'); log.eventLine({ n: 2 }, 'accepted'); ${end} })`,
      'pipe',
    );
    assert.deepEqual([...text.matchAll(/"n":(\d)/g)].map(([, n]) => n).join(), '1,2');
  }
});

const noFull = existsSync('/dev/full') ? false : 'there is no device that is always full';
test('a log that cannot be written does not keep the process from ending', { skip: noFull }, () => {
  const full = openSync('/dev/full', 'w');
  const { status } = logging(
    "log.logger.info('a'); process.on('beforeExit', () => { log.logger.fatal('b'); process.exit(7) })",
    full,
  );
  closeSync(full);
  assert.equal(status, 7);
});
