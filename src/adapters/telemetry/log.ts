import { destination, type Logger, pino } from 'pino';
import * as limits from '../../core/limits/process.ts';

/** The process's log: JSON lines on stdout, written without waiting; for people when stdout is a terminal. */
export interface Log {
  logger: Logger;
  /**
   * The line that `logger.info(fields, msg)` would write, in half the time, for the two that each event has. There is at least one
   * field, and none is called as the logger's own are.
   */
  eventLine(fields: object, msg: 'accepted' | 'attempted'): void;
  /** Hands on the lines of this turn. */
  flush(): void;
}

const levelNames: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
const grey = (text: string): string => `\u001b[90m${text}\u001b[39m`;

/** One line for people of a JSON line: time, level, message, then what else there is. Control characters stay escaped. */
export function readable(line: string): string {
  const { level, time, msg, ...rest } = JSON.parse(line) as {
    level: number;
    time: string;
    msg?: string;
  } & Record<string, unknown>;
  const more = Object.entries(rest)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${grey(`${name}=`)}${JSON.stringify(value)}`)
    .join(' ');
  return `${grey(String(time).slice(11, 23))} ${(levelNames[level] ?? '').padEnd(5)} ${msg ?? ''} ${more}\n`;
}

/** Opens the log at a level; `terminal`: somebody reads along. */
export function openLog(level: string, terminal: boolean): Log {
  const stream = destination({ fd: 1, sync: false, maxLength: limits.logWaitingBytes });
  // A full disk behind stdout, or nobody reading it, must not end deliveries. Nor may it keep the process from ending: to wait until
  // everything is written, as is done at the end, would be to wait for ever.
  let isBroken = false;
  let busySinceMs: number | null = null;
  stream.on('error', () => (isBroken = true));
  stream.on('write', () => {
    isBroken = false;
    busySinceMs = performance.now();
  });
  stream.on('drain', () => (busySinceMs = null));
  const isStuck = (): boolean =>
    isBroken || (busySinceMs !== null && performance.now() - busySinceMs > limits.logStuckMs);

  const log = createLog({
    level,
    terminal,
    write(text) {
      busySinceMs ??= performance.now();
      stream.write(text);
    },
  });
  // However the process ends, but for a kill: the last lines are the ones that say why. First of all who listens, or pino would wait.
  process.prependListener('exit', () => {
    if (isStuck()) return stream.destroy();
    log.flush();
    try {
      stream.flushSync();
    } catch {
      // Not open yet or gone: nothing can be written any more.
    }
  });
  return log;
}

/** The lines of one turn of the loop are written together: one at a time, each cost as much again as it took to make it. */
export function createLog(to: { level: string; terminal: boolean; write(text: string): void }): Log {
  let text = '';
  let timeMs = -1;
  let time = '';

  function flush(): void {
    if (text === '') return;
    const lines = text;
    text = '';
    to.write(lines);
  }

  function add(line: string): void {
    if (text === '') setImmediate(flush);
    text += to.terminal ? readable(line) : line;
  }

  /** Made once a millisecond. */
  function timeField(): string {
    const nowMs = Date.now();
    if (nowMs !== timeMs) {
      timeMs = nowMs;
      time = `,"time":"${new Date(nowMs).toISOString()}"`;
    }
    return time;
  }

  const logger = pino({ level: to.level, base: null, timestamp: timeField }, { write: add });
  const isInfo = logger.isLevelEnabled('info');
  return {
    logger,
    eventLine(fields, msg) {
      if (isInfo) add(`{"level":30${timeField()},${JSON.stringify(fields).slice(1, -1)},"msg":"${msg}"}\n`);
    },
    flush,
  };
}
