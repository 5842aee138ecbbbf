import { SurehookError } from '../core/errors.ts';
import * as limits from '../core/limits/store.ts';
import type { AcceptItem, Store } from './store.ts';

/** Accepts wait for the store within bounds; past them the caller is told to come again, and nothing is stored. */
export function boundedAccept(accept: Store['accept']): Store['accept'] {
  let events = 0;
  let bytes = 0;
  return async (input) => {
    if (events >= limits.commitQueueEvents || bytes >= limits.commitQueueBytes) {
      throw new SurehookError(
        'unavailable',
        'The store cannot keep up. Nothing was stored; try again shortly.',
        { retryAfterS: limits.busyRetryAfterS },
      );
    }
    const size = input.items.reduce((sum, item) => sum + bytesOf(item), 0);
    events += input.items.length;
    bytes += size;
    try {
      return await accept(input);
    } finally {
      events -= input.items.length;
      bytes -= size;
    }
  };
}

/** UTF-16 code units stand for bytes: close enough for a bound, and free. */
function bytesOf({ event, endpointNos }: AcceptItem): number {
  return event.data.length + endpointNos.length * 16 + 256;
}
