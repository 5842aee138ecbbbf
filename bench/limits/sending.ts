import { createHmac, createSecretKey } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { secret } from '../event.ts';

/* The least that a signed webhook is made of: what the bare client and the sketch send, and how they hear of its end. */

const key = createSecretKey(Buffer.from(secret.slice('whsec_'.length), 'base64'));

/** Names and values in turn, signed for this moment. */
export function headersOf(id: string, body: Uint8Array): string[] {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
  return [
    'content-type',
    'application/json',
    'user-agent',
    'Surehook/0.0.0',
    'webhook-id',
    id,
    'webhook-timestamp',
    timestamp,
    'webhook-signature',
    `v1,${hmac.digest('base64')}`,
    'surehook-attempt',
    '1',
    'traceparent',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ];
}

/** Calls `end` once: with the status, or with 0 when the request failed. */
export class Answer implements Dispatcher.DispatchHandler {
  readonly #end: (status: number) => void;
  #status = 0;
  constructor(end: (status: number) => void) {
    this.#end = end;
  }
  onRequestStart(): void {}
  onResponseData(): void {}
  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }
  onResponseEnd(): void {
    this.#end(this.#status);
  }
  onResponseError(): void {
    this.#end(0);
  }
}
