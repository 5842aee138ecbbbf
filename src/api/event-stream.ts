import { Readable } from 'node:stream';
import * as limits from '../core/limits/live.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Server-sent events for one reader. Ends its connection when it has taken nothing for `liveStalledMs` although there was something to
 * take: what lies between it and us is full by then, and its place is somebody else's.
 */
export function eventStream(texts: AsyncIterable<string>, clock: Pick<Clock, 'after'>): Readable {
  const stream: Readable = Readable.from(
    taken(texts, clock, () => stream.destroy()),
    { objectMode: false },
  );
  return stream;
}

/** The next text is asked for when there is room for it. */
async function* taken(
  texts: AsyncIterable<string>,
  clock: Pick<Clock, 'after'>,
  stalled: () => void,
): AsyncGenerator<string> {
  for await (const text of texts) {
    const cancel = clock.after(limits.liveStalledMs, stalled);
    try {
      yield text;
    } finally {
      cancel();
    }
  }
}
