import { WebhookError } from './error.ts';
import type { ReceivedRequest } from './place.ts';
import { type AnyRequest, bodyBytesMax, readRaw } from './request.ts';
import { routeOf } from './route.ts';
import { memorySeen, type SeenStore } from './seen.ts';
import { type Validator, validated } from './validate.ts';
import { type VerifyOptions, verifyRaw, type WebhookEvent } from './webhook.ts';
import { WorkQueue } from './work-queue.ts';

/** What is done with an event. What it throws goes to `onError`. */
export type EventHandler<Data = unknown, Type extends string = string> = (
  event: WebhookEvent<Data, Type>,
) => unknown;

/** Handlers by type. `order.*` takes every type below `order.`, `*` all; of those that fit, the most specific one runs. */
export type EventHandlers<Events extends object> = {
  [Type in keyof Events & string]?: EventHandler<Events[Type], Type>;
} & { [pattern: `${string}*`]: EventHandler };

/** How a receiver receives. */
export interface ReceiverOptions<Events extends object = Record<string, unknown>> extends VerifyOptions {
  /** What is done with events, by type. Types without an entry are acknowledged, and nothing happens. */
  on?: EventHandlers<Events>;
  /**
   * Puts an event where it survives this process, before the answer; then `on` is the business of whoever takes it out. When it throws,
   * the sender is told to try again.
   */
  enqueue?: (event: WebhookEvent) => unknown;
  /**
   * When handlers run. `first`: the sender is answered and they run after that; what they throw, and what dies with the process, the
   * sender is not told. `last`: they run before the answer, and the sender tries again when they throw.
   */
  answer?: 'first' | 'last';
  /** What was handled before; in this process's memory unless given. */
  seen?: SeenStore;
  /** What recognises an event that comes again; its id unless given. */
  keyOf?: (event: WebhookEvent) => string;
  /** What the data must be, by type or pattern; the most specific one counts. */
  validate?: Readonly<Record<string, Validator>>;
  /** Told of every refusal and of every handler that throws. `event` is null before the signature holds. Writes to the console unless given. */
  onError?: (error: unknown, event: WebhookEvent | null) => void;
  /** How many handlers run at once after the answer; 10 unless given. */
  concurrency?: number;
  /** How many events may wait for them; 1,000 unless given. One more and the sender is told to try again later. */
  waitingMax?: number;
  /** After how many milliseconds an event whose handler has not ended may be begun again; 10 minutes unless given. */
  leaseMs?: number;
  /** How long an event that was handled is remembered, in milliseconds; 35 days unless given, longer than any provider retries. */
  rememberMs?: number;
}

/** What to answer a sender. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Takes requests from whatever framework brings them. */
export interface Receiver {
  /** The answer to a request, or to what reads one of at most so many bytes. Never rejects: whatever happens is a status. */
  answer(request: AnyRequest | ((maxBytes: number) => Promise<ReceivedRequest>)): Promise<Answer>;
  /** Resolves when no handler is at work or waiting: for the end of a process, and for runtimes that stop at the answer. */
  idle(): Promise<void>;
  /** Whether handlers run after the answer. */
  readonly isAnswerFirst: boolean;
}

const titles: Readonly<Record<number, string>> = {
  401: 'The request is not believed: its signature is missing, wrong or too old.',
  413: 'The body is too large.',
  422: 'The event does not have the data that is expected of it.',
  500: 'The receiver could not handle the event. Try again later.',
  503: 'The receiver is busy. Try again later.',
};

/** Seconds after which a sender that came too early may try again. */
const retryAfterS = 5;

/**
 * A receiver that verifies, recognises repetitions, answers, and hands events to `on`. It answers 200 for what it took and for what it
 * had before (`"duplicate":true`), 401 for what it does not believe, 413, 422, 500 and 503 for what the sender should try again.
 */
export function createReceiver<Events extends object = Record<string, unknown>>(
  options: ReceiverOptions<Events>,
): Receiver {
  const {
    answer = 'first',
    enqueue,
    onError = (error) => console.error(error),
    concurrency = 10,
    waitingMax = 1000,
  } = options;
  const settings = { ...options, onError, seen: options.seen ?? memorySeen() } as Settings;
  const queue = new WorkQueue({ concurrency, waitingMax });
  const isAnswerFirst = enqueue === undefined && answer === 'first';
  return {
    isAnswerFirst,
    idle: () => queue.idle(),
    async answer(request) {
      let event: WebhookEvent | null = null;
      try {
        const { maxBytes = bodyBytesMax } = options;
        const raw = await (typeof request === 'function' ? request(maxBytes) : readRaw(request, maxBytes));
        event = await verifyRaw(raw, options);
        return await take(await checked(event, settings), settings, isAnswerFirst ? queue : null);
      } catch (error) {
        onError(error, event);
        return problem(error instanceof WebhookError ? error.status : 500);
      }
    },
  };
}

type Settings = ReceiverOptions & {
  seen: SeenStore;
  onError(error: unknown, event: WebhookEvent | null): void;
};

async function checked(event: WebhookEvent, { validate = {} }: Settings): Promise<WebhookEvent> {
  const validator = routeOf(validate, event.type);
  return validator === undefined ? event : { ...event, data: await validated(validator, event.data) };
}

/** `queue` null: the work is done before the answer. */
async function take(event: WebhookEvent, settings: Settings, queue: WorkQueue | null): Promise<Answer> {
  const { seen, leaseMs = 600_000, keyOf = ({ id }) => id } = settings;
  const work = settings.enqueue ?? routeOf<EventHandler>(settings.on ?? {}, event.type);
  if (work === undefined) return received(false);
  if (queue?.isFull) return problem(503);
  const key = keyOf(event);
  const claim = await seen.claim(key, leaseMs);
  if (claim === 'done') return received(true);
  // Whoever is at it has answered already, or will say whether the sender must come again.
  if (claim === 'busy') return queue === null ? problem(503) : received(true);
  const done = () => carryOut(work, event, { key, settings });
  if (queue === null) {
    await done();
    return received(false);
  }
  queue.add(() => done().catch((error) => settings.onError(error, event)));
  return received(false);
}

async function carryOut(
  work: EventHandler,
  event: WebhookEvent,
  { key, settings: { seen, rememberMs = 35 * 24 * 3600 * 1000 } }: { key: string; settings: Settings },
): Promise<void> {
  try {
    await work(event);
  } catch (error) {
    await seen.release(key);
    throw error;
  }
  await seen.keep(key, rememberMs);
}

function received(isDuplicate: boolean): Answer {
  const body = isDuplicate ? '{"received":true,"duplicate":true}' : '{"received":true}';
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** Says no more than the sender needs: what is wrong with a signature helps only those who forge them. */
function problem(status: number): Answer {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (status === 503) headers['retry-after'] = String(retryAfterS);
  return { status, headers, body: JSON.stringify({ title: titles[status] ?? titles[500], status }) };
}
