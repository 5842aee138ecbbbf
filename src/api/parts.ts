import type { Account } from '../core/account.ts';
import type { Attempt, Request } from '../core/attempt.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { Event } from '../core/event.ts';
import type { Order } from '../core/order.ts';
import type { Crypto } from '../core/signing.ts';
import type { Consumption } from '../core/source.ts';
import type { Administration } from '../flow/administer.ts';
import type { AlertActs } from '../flow/administer-alerts.ts';
import type { Bins } from '../flow/bins.ts';
import type { Directory } from '../flow/directory.ts';
import type { Live } from '../flow/live.ts';
import type { People } from '../flow/people.ts';
import type { Portals } from '../flow/portal.ts';
import type { Accepted, PublishOptions } from '../flow/publish.ts';
import type { Puller } from '../flow/pull.ts';
import type { Receiver } from '../flow/receive.ts';
import type { Replayer } from '../flow/replay.ts';
import type { SignIn } from '../flow/sign-in.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

/** The parts of the flow that the routes call; `start-api.ts` puts them together. */
export interface ApiParts {
  store: Store;
  directory: Directory;
  administration: Administration;
  clock: Clock;
  /** Parses, checks and stores the body of `POST /v1/events`; resolves when it is on disk. */
  publish(account: Account, body: string, options: PublishOptions): Promise<Accepted>;
  /** The same for `{events:[…]}`: one result an item, in order; errors are SurehookErrors. */
  publishBatch(
    account: Account,
    body: string,
    accounts: Pick<PublishOptions, 'anyAccount' | 'accountNamed'>,
  ): Promise<(Accepted | Error)[]>;
  /** One attempt at once, never retried, not in health or stats; `data` is raw JSON text. */
  test(endpoint: Endpoint, event: { type: string; data: string }): Promise<Attempt>;
  /** The request that would be sent now. */
  requestFor(event: Event, endpoint: Endpoint, attempt: number): Request;
  /** Puts back what has ended, and calls off what has not. */
  replayer: Replayer;
  /** What providers hand in. */
  receiver: Receiver;
  /** How the taking of messages from a source's queue stands here; null: it has none. */
  consumption(sourceId: string): Consumption | null;
  /** Messages that are fetched. */
  puller: Puller;
  /** Catchers of requests. */
  bins: Bins;
  /** What changes, for those who watch. */
  live: Live;
  /** How the outside reaches this server, without a slash at the end; known once it listens. */
  publicUrl(): string;
  /** The body of `POST /v1/orders`. `isNew` false: it was registered before. */
  registerOrder(account: Account, body: unknown): Promise<{ order: Order; isNew: boolean }>;
  alerts: AlertActs;
  crypto: Crypto;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** Resolves with null when everything can work, else with what anybody may know of what is wrong. */
  ready(): Promise<string | null>;
  people: People;
  signIn: SignIn;
  portals: Portals;
  /** Whether browsers reach it by https, so that cookies may insist on it. */
  isSecure(): boolean;
  /** SHA-256 as hex, for looking keys up. */
  sha256(text: string): string;
  version: string;
  maxPayloadBytes: number;
  /** How long what has ended is kept. */
  retentionMs: number;
  /** Keys that are valid whatever the store holds (the admin key of the environment), by SHA-256. */
  fixedAdminKeyHash: string | null;
  trustedProxies: string[];
  /** The files of the built dashboard by their path; none where it was not built. */
  dashboard: ReadonlyMap<string, Uint8Array>;
  /** The id of the account whose event types anybody may read; null: none. */
  publicCatalogue: string | null;
  /** The files of the documentation by their path; none where they were left out. */
  manual: ReadonlyMap<string, Uint8Array>;
}
