import { SurehookError } from '../core/errors.ts';
import type { InboundRequest } from '../core/inbound.ts';
import * as limits from '../core/limits/queues.ts';
import { shownUrl } from '../core/queue.ts';
import type { Consumption, Source } from '../core/source.ts';
import type { Clock } from '../ports/clock.ts';
import type { Inbox, Inboxes, Waiting } from '../ports/inbox.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Receiver } from './receive.ts';

export interface ConsumeParts {
  clock: Clock;
  telemetry: Pick<Telemetry, 'warn'>;
  inboxes: Inboxes;
  receiver: Pick<Receiver, 'receive' | 'refuse' | 'kept'>;
  /** Every source there is; one by its id, null when there is none. */
  sources(): Iterable<Source>;
  source(id: string): Source | null;
}

/**
 * Takes messages from the queues of sources, each as if it had come to the source's address: on disk first, acknowledged to the
 * broker then. No more of one source at once than `limits.inboxBatch`, so that a store that is busy slows the taking down.
 */
export class Consumers {
  readonly #parts: ConsumeParts;
  readonly #running = new Map<string, Consumer>();
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(parts: ConsumeParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#look();
  }

  /** How it stands with a source's queue; null: it has none. */
  consumption(sourceId: string): Consumption | null {
    return this.#running.get(sourceId)?.consumption ?? null;
  }

  /** Takes nothing more; resolves when what was taken is on disk and acknowledged, or left to the broker. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await Promise.all([...this.#running.values()].map((one) => one.stop()));
  }

  /** Also finds what other nodes have changed. */
  #look(): void {
    if (this.#stopped) return;
    const wanted = new Map<string, Source>();
    for (const source of this.#parts.sources()) if (source.consume !== null) wanted.set(source.id, source);
    for (const [id, consumer] of this.#running) {
      const source = wanted.get(id);
      if (source !== undefined && consumer.isOf(source)) wanted.delete(id);
      else {
        this.#running.delete(id);
        void consumer.stop();
      }
    }
    for (const source of wanted.values()) {
      const consumer = new Consumer(this.#parts, source);
      this.#running.set(source.id, consumer);
      void consumer.run();
    }
    this.#cancel = this.#parts.clock.after(limits.inboxLookMs, () => this.#look());
  }
}

/** What became of a batch. */
interface Taken {
  refused: number;
  /** Why not all of it is on disk. */
  failure: unknown;
}

/** One source's queue, for as long as the source names it. */
class Consumer {
  readonly #parts: ConsumeParts;
  readonly #id: string;
  readonly #key: string;
  readonly #consume: NonNullable<Source['consume']>;
  readonly consumption: Consumption = { state: 'connecting', detail: null, lag: null, lastAtMs: null };
  #inbox: Inbox | null = null;
  #isTaking = false;
  /** The mean size of the messages that were taken last. */
  #messageBytes = 0;
  #askedLagAtMs = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | null = null;
  #ended: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: ConsumeParts, source: Source) {
    this.#parts = parts;
    this.#id = source.id;
    this.#consume = source.consume!;
    this.#key = keyOf(source);
  }

  isOf(source: Source): boolean {
    return keyOf(source) === this.#key;
  }

  run(): Promise<void> {
    this.#ended = this.#run();
    return this.#ended;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    // What is in hand is acknowledged first.
    if (this.#isTaking) await this.#inbox?.close();
    await this.#ended;
  }

  async #run(): Promise<void> {
    let againMs = limits.inboxAgainMs;
    while (!this.#stopped) {
      try {
        this.#inbox = await this.#parts.inboxes.open(this.#consume.url, this.#consume.password);
        this.consumption.state = 'consuming';
        this.consumption.detail = null;
        let refused = 0;
        while (!this.#stopped) {
          refused = await this.#turn(this.#inbox, refused);
          againMs = limits.inboxAgainMs;
        }
      } catch (error) {
        if (!this.#stopped) this.#fail(error);
      }
      await this.#inbox?.close();
      this.#inbox = null;
      if (!this.#stopped) await this.#pause(againMs);
      againMs = Math.min(2 * againMs, limits.inboxAgainMaxMs);
    }
  }

  /** Takes and takes in once; answers how many were refused. Throws what stops it. */
  async #turn(inbox: Inbox, refusedBefore: number): Promise<number> {
    const source = this.#parts.source(this.#id);
    if (source === null) return 0;
    if (refusedBefore > 0) await this.#pause(limits.inboxRefusedMs);
    const usual = refusedBefore > 0 ? limits.inboxBatchRefused : limits.inboxBatch;
    const most = Math.max(1, Math.min(usual, Math.floor(limits.inboxBytes / this.#messageBytes)));
    const perSecond = source.ratePerSecond ?? Number.POSITIVE_INFINITY;
    if (this.#stopped) return 0;
    this.#isTaking = true;
    const messages = await inbox.take(Math.min(most, perSecond), limits.inboxWaitMs).finally(() => {
      this.#isTaking = false;
    });
    let refused = 0;
    for (const portion of portionsOf(messages)) {
      const taken = await this.#takeIn(source, inbox, portion);
      if (taken.failure !== null) throw taken.failure;
      refused += taken.refused;
    }
    if (messages.length > 0)
      this.#messageBytes = messages.reduce((sum, one) => sum + bytesOf(one), 0) / messages.length;
    if (!this.#stopped) await this.#askLag(inbox);
    if (perSecond !== Number.POSITIVE_INFINITY && messages.length > 0)
      await this.#pause((1000 * messages.length) / perSecond);
    return refused;
  }

  /** Side by side, so that they share commits; acknowledged up to the first that is not on disk. */
  async #takeIn(source: Source, inbox: Inbox, messages: readonly Waiting[]): Promise<Taken> {
    const { clock } = this.#parts;
    const results = await Promise.allSettled(messages.map((message) => this.#receive(source, message)));
    const failed = results.findIndex(({ status }) => status === 'rejected');
    const through = failed < 0 ? messages : messages.slice(0, failed);
    if (through.length > 0) {
      this.consumption.lastAtMs = clock.nowMs();
      await inbox.done(through);
    }
    const refused = results.filter((one) => one.status === 'fulfilled' && one.value === 'refused').length;
    return { refused, failure: failed < 0 ? null : (results[failed] as PromiseRejectedResult).reason };
  }

  async #receive(source: Source, message: Waiting): Promise<'taken' | 'refused'> {
    const { receiver } = this.#parts;
    const request: InboundRequest = {
      method: 'POST',
      url: shownUrl(this.#consume),
      // Headers of messages may hold what those of requests cannot.
      headers: message.headers.map((text) => text.replaceAll(/[\r\n]+/g, ' ')),
      body: message.body,
      messageId: message.id,
    };
    const bodyBytes = message.body.byteLength;
    const detail = tooLarge(source, message);
    if (detail !== null) {
      const refusal = { status: 413, reason: 'too_large', detail };
      request.headers = [];
      request.body = new Uint8Array();
      receiver.refuse(source, request, refusal, { bodyBytes });
    } else if ((await receiver.receive(source, request)).kind !== 'refused') return 'taken';
    // It is on disk, too, before it is acknowledged.
    await receiver.kept(request);
    return 'refused';
  }

  async #askLag(inbox: Inbox): Promise<void> {
    const { clock } = this.#parts;
    if (clock.monotonicMs() - this.#askedLagAtMs < limits.inboxLagMs) return;
    this.#askedLagAtMs = clock.monotonicMs();
    this.consumption.lag = await inbox.lag();
  }

  #fail(error: unknown): void {
    const { telemetry } = this.#parts;
    const detail =
      error instanceof SurehookError ? error.detail : error instanceof Error ? error.message : String(error);
    const isNew = this.consumption.detail !== detail;
    this.consumption.state = 'waiting';
    this.consumption.detail = detail;
    if (isNew)
      telemetry.warn('messages of a source cannot be taken; it is tried again', {
        source: this.#id,
        cause: detail,
      });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** What is too large about a message, in words; null: nothing. */
function tooLarge({ maxBodyBytes }: Source, message: Waiting): string | null {
  if (headerChars(message) > limits.inboxHeaderChars)
    return `The headers are longer than ${limits.inboxHeaderChars} characters. Put into the body what is so long.`;
  if (message.body.byteLength > maxBodyBytes)
    return `The body is larger than the ${maxBodyBytes} bytes that this source takes (maxBody).`;
  return null;
}

function headerChars({ headers }: Waiting): number {
  return headers.reduce((sum, { length }) => sum + length, 0);
}

/** What a message takes up, with its headers. */
function bytesOf(message: Waiting): number {
  return message.body.byteLength + headerChars(message);
}

/** In their order, each of at most `limits.inboxPortionBytes` or one message. */
function portionsOf(messages: readonly Waiting[]): Waiting[][] {
  const portions: Waiting[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    bytes += bytesOf(message);
    if (bytes <= limits.inboxPortionBytes) portions.at(-1)!.push(message);
    else {
      portions.push([message]);
      bytes = bytesOf(message);
    }
  }
  return portions;
}

function keyOf({ consume, accountNo }: Source): string {
  return JSON.stringify([consume, accountNo]);
}
