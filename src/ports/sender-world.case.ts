import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import {
  type Receiver,
  type ReceiverOptions,
  startReceiver,
  testAuthority,
} from '../../test/support/receiver.ts';
import { type AddressPolicy, parseNetworks } from '../core/address.ts';
import type { AttemptError, FlatHeaders, Outcome, Request } from '../core/attempt.ts';
import type { Sender, SendLimits } from './sender.ts';

/** What a sender under test is opened with. */
export interface SenderWorld {
  policy: AddressPolicy;
  /** Stands in for look-ups; not set: the sender's own. */
  names?: (hostname: string) => Promise<readonly string[]>;
  /** PEM of an authority trusted in addition. */
  ca: readonly string[];
}

export type OpenSender = (world: SenderWorld) => Sender;

export const dev: AddressPolicy = { dev: true, allowNetworks: [] };
export const strict: AddressPolicy = { dev: false, allowNetworks: [] };
export const patient: SendLimits = { timeoutMs: 10_000, connectTimeoutMs: 5_000 };
export const hasty: SendLimits = { timeoutMs: 120, connectTimeoutMs: 5_000 };

export function allowing(networks: string): AddressPolicy {
  const allowNetworks = parseNetworks(networks);
  assert.ok(typeof allowNetworks !== 'string');
  return { dev: false, allowNetworks };
}

export function requestTo(url: string, body = '{"a":1}', headers: FlatHeaders = []): Request {
  return {
    url,
    headers: ['content-type', 'application/json', ...headers],
    body: { head: body, withData: false, tail: '', bytes: Buffer.from(body) },
  };
}

/** One test's sender and receivers, closed when it ends. */
export class Stage {
  readonly #t: TestContext;
  readonly #open: OpenSender;

  constructor(t: TestContext, open: OpenSender) {
    this.#t = t;
    this.#open = open;
  }

  sender(world: Partial<SenderWorld> = {}): Sender {
    const sender = this.#open({ policy: dev, ca: [testAuthority()], ...world });
    this.#t.after(() => sender.close());
    return sender;
  }

  async receiver(options: ReceiverOptions = {}): Promise<Receiver> {
    const receiver = await startReceiver(options);
    this.#t.after(() => receiver.close());
    return receiver;
  }

  /** A receiver that writes these bytes as its answer, and a sender's outcome for it. */
  async answer(bytes: string | Buffer, sendLimits: SendLimits = patient): Promise<Outcome> {
    const receiver = await this.receiver({ script: (_request, socket) => socket.write(bytes) });
    return this.sender().send(requestTo(`${receiver.origin}/`), sendLimits);
  }
}

export type Declare = (title: string, act: (stage: Stage) => Promise<void>) => void;

export function failed(outcome: Outcome, error: AttemptError, detail?: RegExp): void {
  assert.equal(outcome.error, error, outcome.detail);
  assert.match(outcome.detail, detail ?? /./);
}
