import type { FlatHeaders } from '../../core/attempt.ts';
import type { QueueTarget } from '../../core/queue.ts';

/** What is put into a queue. */
export interface Message {
  eventId: string;
  eventType: string;
  reference: string | null;
  headers: FlatHeaders;
  body: Uint8Array;
}

/** A connection to a broker, or several that count as one. Never connects anew by itself: who needs one again has its address checked again. */
export interface Link {
  /** Resolves once the broker has confirmed that it has the message, with what it calls it. Rejects with its words otherwise. */
  put(message: Message, options: QueueTarget['options']): Promise<string>;
  /** At once; what is under way is rejected. Never throws. */
  close(): void;
}

/** How a connection is to be opened. */
export interface Opening {
  target: QueueTarget;
  password: string | null;
  /** Checked a moment ago; to be connected to as they are. */
  addresses: readonly string[];
  /** For brokers that name others: the addresses of those, checked. Rejects with a fault. */
  addressesOf(hostname: string): Promise<readonly string[]>;
  /** Certificates (PEM) of authorities trusted in addition to the platform's. */
  ca: readonly string[];
  timeoutMs: number;
  /** To be called when the connection that was opened is gone, at least once. */
  gone(): void;
}
