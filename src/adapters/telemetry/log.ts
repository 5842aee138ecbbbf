import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';

/** The process's log: JSON lines on stdout, written without waiting. */
export interface Log {
  logger: Logger;
  /** Writes out what is buffered. */
  flush(): void;
}

export function openLog(level: string): Log {
  const stream = destination({ fd: 1, sync: false });
  // A full disk behind stdout, or nobody reading it, must not end deliveries.
  stream.on('error', () => {});
  const logger = pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, stream as unknown as DestinationStream);
  return {
    logger,
    flush: () => {
      try {
        stream.flushSync();
      } catch {
        // Not open yet or gone: nothing can be written any more.
      }
    },
  };
}
