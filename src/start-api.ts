import { fileURLToPath } from 'node:url';
import { compileSchema } from './adapters/schema/compile.ts';
import { readBuiltFiles } from './adapters/system/built-files.ts';
import { nodeCrypto, sha256 } from './adapters/system/crypto.ts';
import type { Keys } from './adapters/system/keys.ts';
import { scryptPasswords } from './adapters/system/passwords.ts';
import type { Metrics } from './adapters/telemetry/metrics.ts';
import type { ApiParts } from './api/parts.ts';
import type { Config } from './config.ts';
import type { AddressPolicy } from './core/address.ts';
import { newId } from './core/ids.ts';
import { createAdministration } from './flow/administer.ts';
import { AlertActs } from './flow/administer-alerts.ts';
import type { Engine } from './flow/engine.ts';
import { createPeople } from './flow/people.ts';
import { createPortals } from './flow/portal.ts';
import { createSignIn } from './flow/sign-in.ts';
import type { Tracker } from './flow/track.ts';
import { metricsOf } from './gauges.ts';
import type { Clock } from './ports/clock.ts';
import type { Passwords } from './ports/passwords.ts';
import type { Random } from './ports/random.ts';
import type { Store } from './ports/store.ts';
import type { Telemetry } from './ports/telemetry.ts';
import type { Consuming } from './start-consume.ts';
import type { Watch } from './start-watch.ts';

/** Beside the sources when they run as they are, else beside what was built from them. */
const root = new URL(import.meta.url.endsWith('.ts') ? '../' : '../../', import.meta.url);
const beside = (name: string): string => fileURLToPath(new URL(name, root));

interface FlowInput {
  engine: Engine;
  store: Store;
  tracker: Tracker;
  clock: Clock;
  random: Random;
  policy: AddressPolicy;
  passwords: Passwords;
  fixedAdminKeyHash: string | null;
  endpointChanged(endpointNo: number): void;
}

/** Of what the routes call that which is the same wherever the flow runs: in a server, and in a test of the routes. */
export function flowPartsOf({
  engine,
  store,
  tracker,
  clock,
  random,
  policy,
  passwords,
  fixedAdminKeyHash,
  endpointChanged,
}: FlowInput) {
  const { publisher, deliverer, directory, replayer, receiver, puller, bins, live } = engine;
  const people = { store, clock, random, passwords, sha256 };
  return {
    people: createPeople(people),
    signIn: createSignIn({ ...people, keyByHash: (hash) => directory.keyByHash(hash), fixedAdminKeyHash }),
    portals: createPortals(people),
    store,
    directory,
    administration: createAdministration({
      store: engine.store,
      directory,
      clock,
      random,
      policy,
      sha256,
      compileSchema,
      hooks: { endpointChanged, sourceChanged: (source) => tracker.sourceChanged(source) },
    }),
    registerOrder: (account, body) => tracker.register(account, body),
    alerts: new AlertActs({ store, directory, clock, random, policy }),
    clock,
    publish: (account, body, options) => publisher.publish(account, body, options),
    publishBatch: (account, body, accounts) => publisher.publishBatch(account, body, accounts),
    test: (endpoint, event) =>
      deliverer.tryOnce(endpoint, { ...event, id: newId('evt_', clock.nowMs(), random.bytes(10)) }),
    requestFor: (event, endpoint, attempt) => deliverer.requestFor(event, endpoint, attempt),
    replayer,
    receiver,
    puller,
    bins,
    live,
    crypto: nodeCrypto(),
    sha256,
    fixedAdminKeyHash,
  } satisfies Partial<ApiParts>;
}

interface ApiPartsInput {
  config: Config;
  keys: Keys;
  version: string;
  store: Store;
  engine: Engine;
  watch: Watch;
  consuming: Consuming;
  metrics: Metrics;
  policy: AddressPolicy;
  random: Random;
  clock: Clock;
  warn: Telemetry['warn'];
  publicUrl: ApiParts['publicUrl'];
}

/** What the routes call, put together. */
export function apiPartsOf(input: ApiPartsInput): ApiParts {
  const { config, keys, version, store, engine, watch, consuming, metrics, clock, warn, publicUrl } = input;
  const { dispatcher } = engine;
  return {
    ...flowPartsOf({
      ...input,
      tracker: watch.tracker,
      passwords: scryptPasswords(),
      fixedAdminKeyHash: keys.adminKey === null ? null : sha256(keys.adminKey),
      endpointChanged(endpointNo) {
        dispatcher.nudge(endpointNo);
        watch.alerter.nudge();
      },
    }),
    isSecure: () => publicUrl().startsWith('https:'),
    consumption: consuming.consumption,
    publicUrl,
    metrics: metricsOf({ metrics, store, dispatcher, clock }),
    async ready() {
      try {
        await store.ready();
        return null;
      } catch (error) {
        warn('the store cannot commit', { cause: String(error) });
        return 'The store cannot commit. The log of the server says why.';
      }
    },
    version,
    maxPayloadBytes: config.maxPayloadBytes,
    retentionMs: config.retentionMs,
    trustedProxies: config.trustedProxies,
    dashboard: readBuiltFiles(beside('dist/dashboard')),
    publicCatalogue: config.publicCatalogue,
    manual: readBuiltFiles(beside('docs')),
  };
}
