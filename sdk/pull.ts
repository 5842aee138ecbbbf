import type { Operations } from './api-types.ts';
import type { Client } from './client.ts';
import { routeOf } from './route.ts';

/** A message of a `pull:` endpoint. */
export type Message = Operations['POST /v1/endpoints/{id}/receive']['answer']['data'][number];

/** How a consumer works. */
export interface ConsumeOptions {
  endpointId: string;
  /** What is done with messages, by type or pattern; the most specific one runs. Types without an entry are acknowledged. */
  on: Readonly<Record<string, (message: Message) => unknown>>;
  /** Ends the consumer: what is being handled is finished and acknowledged first. */
  signal: AbortSignal;
  /** How many are received, and handled, at once; 10 unless given, at most 100. */
  max?: number;
  /** How long a message is this consumer's; longer than its handler takes. `1m` unless given. */
  lease?: string;
  /** How long the server waits for a first message, at most `20s`, which it is unless given. */
  wait?: string;
  /** After how long a message whose handler threw can be received again; `10s` unless given. */
  delay?: string;
  /** Told of handlers that throw (with their message) and of a server that can't be reached. Writes to the console unless given. */
  onError?: (error: unknown, message: Message | null) => void;
  /** Waits so many milliseconds; for tests. */
  pause?: (ms: number) => Promise<void>;
}

/** How long is waited after a server could not be reached, at most. */
const pauseMaxMs = 30_000;

/**
 * Receives, handles and acknowledges, until `signal` says stop; then resolves. A message is acknowledged after its handler has ended, so one
 * whose consumer dies is received again: handlers should know by `eventId` what they have done.
 */
export async function consume(client: Client, options: ConsumeOptions): Promise<void> {
  const { signal, onError = (error) => console.error(error) } = options;
  const { pause = (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)) } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const messages = await receive(client, options);
      failures = 0;
      await Promise.all(messages.map((message) => handle(client, message, { ...options, onError })));
    } catch (error) {
      if (signal.aborted) return;
      onError(error, null);
      await pause(Math.min(1000 * 2 ** failures, pauseMaxMs));
      failures += 1;
    }
  }
}

async function receive(client: Client, options: ConsumeOptions): Promise<Message[]> {
  const { endpointId, max = 10, wait = '20s', lease = '1m', signal } = options;
  const input = { path: { id: endpointId }, body: { max, wait, lease } };
  return (await client.call('POST /v1/endpoints/{id}/receive', input, { signal })).data;
}

async function handle(
  client: Client,
  message: Message,
  { on, endpointId, delay = '10s', onError }: ConsumeOptions & Required<Pick<ConsumeOptions, 'onError'>>,
): Promise<void> {
  const path = { id: endpointId };
  const ids = [message.id];
  try {
    await routeOf(on, message.type)?.(message);
  } catch (error) {
    onError(error, message);
    await client.call('POST /v1/endpoints/{id}/nack', { path, body: { ids, delay } }, { isRepeatable: true });
    return;
  }
  await client.call('POST /v1/endpoints/{id}/ack', { path, body: { ids } }, { isRepeatable: true });
}
