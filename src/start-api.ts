import { fileURLToPath } from 'node:url';
import { compileSchema } from './adapters/schema/compile.ts';
import { readBuiltFiles } from './adapters/system/built-files.ts';
import { nodeCrypto, sha256 } from './adapters/system/crypto.ts';
import type { Keys } from './adapters/system/keys.ts';
import { scryptPasswords } from './adapters/system/passwords.ts';
import type { systemRandom } from './adapters/system/random.ts';
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
import { metricsOf } from './gauges.ts';
import type { Clock } from './ports/clock.ts';
import type { Store } from './ports/store.ts';
import type { Telemetry } from './ports/telemetry.ts';
import type { Consuming } from './start-consume.ts';
import type { Watch } from './start-watch.ts';

/** Beside the sources when they run as they are, else beside what was built from them. */
const root = new URL(import.meta.url.endsWith('.ts') ? '../' : '../../', import.meta.url);
const beside = (name: string): string => fileURLToPath(new URL(name, root));

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
  random: ReturnType<typeof systemRandom>;
  clock: Clock;
  warn: Telemetry['warn'];
  publicUrl: ApiParts['publicUrl'];
}

/** What the routes call, put together. */
export function apiPartsOf({
  config,
  keys,
  version,
  store,
  engine,
  watch,
  consuming,
  metrics,
  policy,
  random,
  clock,
  warn,
  publicUrl,
}: ApiPartsInput): ApiParts {
  const { accepter, deliverer, directory, dispatcher, replayer, receiver, puller, bins, live } = engine;
  const fixedAdminKeyHash = keys.adminKey === null ? null : sha256(keys.adminKey);
  const people = { store, clock, random, passwords: scryptPasswords(), sha256 };
  return {
    people: createPeople(people),
    signIn: createSignIn({ ...people, keyByHash: (hash) => directory.keyByHash(hash), fixedAdminKeyHash }),
    portals: createPortals(people),
    isSecure: () => publicUrl().startsWith('https:'),
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
      hooks: {
        endpointChanged(endpointNo) {
          dispatcher.nudge(endpointNo);
          watch.alerter.nudge();
        },
        sourceChanged: (source) => watch.tracker.sourceChanged(source),
      },
    }),
    registerOrder: (account, body) => watch.tracker.register(account, body),
    alerts: new AlertActs({ store, directory, clock: clock, random, policy }),
    clock,
    publish: (account, body, options) => accepter.publish(account, body, options),
    publishBatch: (account, body, accounts) => accepter.publishBatch(account, body, accounts),
    test: (endpoint, event) =>
      deliverer.tryOnce(endpoint, { ...event, id: newId('evt_', clock.nowMs(), random.bytes(10)) }),
    requestFor: (event, endpoint, attempt) => deliverer.requestFor(event, endpoint, attempt),
    putBack: (account, deliveryKeys) => replayer.putBack(account, deliveryKeys),
    cancelDelivery: (account, key) => replayer.cancelDelivery(account, key),
    dismiss: (account, deliveryKeys) => replayer.dismiss(account, deliveryKeys),
    startReplay: (account, filter, perSecond) => replayer.startReplay(account, filter, perSecond),
    cancelReplay: (account, id) => replayer.cancelReplay(account, id),
    pauseReplay: (account, id) => replayer.pauseReplay(account, id),
    resumeReplay: (account, id) => replayer.resumeReplay(account, id),
    receiver,
    consumption: consuming.consumption,
    puller,
    bins,
    live,
    crypto: nodeCrypto(),
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
    sha256,
    version,
    maxPayloadBytes: config.maxPayloadBytes,
    retentionMs: config.retentionMs,
    fixedAdminKeyHash,
    trustedProxies: config.trustedProxies,
    dashboard: readBuiltFiles(beside('dist/dashboard')),
    publicCatalogue: config.publicCatalogue,
    manual: readBuiltFiles(beside('docs')),
  };
}
