import { Worker } from 'node:worker_threads';
import { StoreError, SurehookError } from '../../core/errors.ts';
import { handedOverItems } from '../../core/limits/process.ts';
import * as limits from '../../core/limits/store.ts';
import type { WriteName } from './acts.ts';
import type { Connector } from './connector.ts';
import {
  type Answer,
  errorFrom,
  itemsOf,
  type Order,
  packed,
  type Role,
  unpackedAnswer,
} from './messages.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Where a store's threads come from, and what becomes of one whose connection is closed; one that failed is ended anyway. */
export interface Threads {
  start(): Worker;
  end(thread: Worker): Promise<unknown>;
}

const ownThreads: Threads = { start: startThread, end: (thread) => thread.terminate() };

/**
 * One writer and a few readers in threads of their own, so that no disk wait is on the event loop. What is written in one turn
 * of the loop goes over together, much of it in parts; the writer commits all that came in while it was committing as one.
 */
export async function connectThreads(file: string, threads = ownThreads): Promise<Connector> {
  const open = (writes: boolean): Promise<Channel> => Channel.open({ file, writes }, threads);
  const writer = await open(true);
  // A database in memory is one connection's own: its writer reads, too.
  const readers = file === ':memory:' ? [] : [await beside(writer, () => open(false))];
  let growing: Promise<unknown> | null = null;

  /** The one with the least to do; one more is started when all have something to do. */
  const reader = (): Channel => {
    const free = readers.reduce(
      (least, one) => (one.waiting < least.waiting ? one : least),
      readers[0] ?? writer,
    );
    if (free.waiting > 0 && growing === null && readers.length > 0 && readers.length < limits.storeReaders) {
      const opened = open(false).then((one) => readers.push(one));
      growing = opened
        .catch(() => undefined)
        .finally(() => {
          growing = null;
        });
    }
    return free;
  };

  return {
    write: (name, input) => writer.ask(name, input),
    read(name, input) {
      const channel = reader();
      if (readers.length > 0 && channel.waiting >= limits.readQueue) {
        const busy = new SurehookError('unavailable', 'Too many look-ups are waiting. Try again shortly.', {
          retryAfterS: limits.busyRetryAfterS,
        });
        return Promise.reject(busy);
      }
      return channel.ask(name, input);
    },
    async backup(target) {
      if (readers.length === 0) return void (await writer.ask('backup', [target]));
      const channel = await open(false);
      try {
        await channel.ask('backup', [target]);
      } finally {
        await channel.close();
      }
    },
    async close() {
      await growing;
      await Promise.all(readers.map((one) => one.close()));
      await writer.close();
    },
  };
}

/** The first reader; without it the writer goes, too. */
async function beside(writer: Channel, open: () => Promise<Channel>): Promise<Channel> {
  try {
    return await open();
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** A thread that answers in the order it is asked. */
class Channel {
  readonly #threads: Threads;
  readonly #worker: Worker;
  readonly #asked: Waiting[] = [];
  #answered = 0;
  #unsent: Order[] = [];
  #unsentItems = 0;
  #gone: Error | null = null;
  #closing: Promise<void> | null = null;

  static async open(role: Role, threads: Threads): Promise<Channel> {
    const channel = new Channel(threads);
    try {
      await channel.ask('open', [role]);
      return channel;
    } catch (error) {
      await channel.#worker.terminate();
      throw error;
    }
  }

  private constructor(threads: Threads) {
    this.#threads = threads;
    this.#worker = threads.start();
    this.#worker.on('message', (answers: Answer[]) => this.#settle(answers));
    this.#worker.on('error', (error: Error) =>
      this.#end(new StoreError(`A thread of the store failed: ${error.message}`, true)),
    );
    this.#worker.on('exit', () => this.#end(closedError()));
  }

  get waiting(): number {
    return this.#asked.length - this.#answered;
  }

  ask(name: WriteName | Order['name'], input: readonly unknown[]): Promise<unknown> {
    if (this.#gone !== null) return Promise.reject(this.#gone);
    if (this.#closing !== null) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      const order = { name, input: packed(name, input) };
      this.#unsent.push(order);
      this.#unsentItems += itemsOf(order);
      if (this.#unsentItems >= handedOverItems) this.#send();
      else if (this.#unsent.length === 1) setImmediate(() => this.#send());
    });
  }

  /** What is asked from then on is refused. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#gone === null) await this.ask('close', []).catch(() => undefined);
    const failed = this.#gone !== null;
    this.#end(closedError());
    await (failed ? this.#worker.terminate() : this.#threads.end(this.#worker));
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    const orders = this.#unsent;
    this.#unsent = [];
    this.#unsentItems = 0;
    if (this.#gone === null) this.#worker.postMessage(orders);
  }

  #settle(answers: Answer[]): void {
    for (const answer of answers) {
      const asked = this.#asked[this.#answered]!;
      this.#asked[this.#answered] = undefined as never;
      this.#answered += 1;
      if ('error' in answer) asked.reject(errorFrom(answer.error));
      else asked.resolve(unpackedAnswer(answer));
    }
    if (this.#answered > 1024 || this.#answered === this.#asked.length) {
      this.#asked.splice(0, this.#answered);
      this.#answered = 0;
    }
  }

  /** What was asked and not answered has an unknown outcome. */
  #end(error: Error): void {
    this.#gone ??= error;
    const unanswered = this.#asked.splice(0).slice(this.#answered);
    this.#answered = 0;
    for (const { reject } of unanswered) reject(this.#gone);
  }
}

function closedError(): StoreError {
  return new StoreError('The store is closed.', false);
}

export function startThread(): Worker {
  const source = new URL('./worker.ts', import.meta.url);
  const entry = import.meta.url.endsWith('.ts') ? source : new URL(source.href.replace(/ts$/, 'js'));
  return new Worker(entry, { resourceLimits: { maxYoungGenerationSizeMb: limits.storeYoungMib } });
}
