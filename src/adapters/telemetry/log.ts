import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';

/** The process's log: JSON lines on stdout, written without waiting; for people when stdout is a terminal. */
export interface Log {
  logger: Logger;
  /** Writes out what is buffered. */
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
  const stream = destination({ fd: 1, sync: false });
  // A full disk behind stdout, or nobody reading it, must not end deliveries.
  stream.on('error', () => {});
  const target = (
    terminal ? { write: (line: string) => stream.write(readable(line)) } : stream
  ) as DestinationStream;
  const logger = pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, target);
  return {
    logger,
    flush() {
      try {
        stream.flushSync();
      } catch {
        // Not open yet or gone: nothing can be written any more.
      }
    },
  };
}
