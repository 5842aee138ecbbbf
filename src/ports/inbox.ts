import type { FlatHeaders } from '../core/attempt.ts';

/** A message that waits in a queue. */
export interface Waiting {
  /** What the broker calls it, the same each time it is handed out; null: it has no name for it. */
  id: string | null;
  headers: FlatHeaders;
  body: Uint8Array;
}

/** The messages of one queue. What was taken and not acknowledged is handed out again, here or elsewhere. */
export interface Inbox {
  /** Resolves as soon as there is one, with at most `count` in the broker's order, or with none after `waitMs`. Rejects when the connection is gone. */
  take(count: number, waitMs: number): Promise<Waiting[]>;
  /** Acknowledges messages, all taken before them being acknowledged already. Resolves when that is on its way for certain. */
  done(messages: readonly Waiting[]): Promise<void>;
  /** How many messages the broker still has, those that were taken and not acknowledged included; null: it does not say. */
  lag(): Promise<number | null>;
  /** Never throws; a `take` under way ends. */
  close(): Promise<void>;
}

/** Opens queues for taking. */
export interface Inboxes {
  /** `url` as `core/queue.ts` reads it, password apart. Rejects with an error whose message is for people and holds no secret. */
  open(url: string, password: string | null): Promise<Inbox>;
}
