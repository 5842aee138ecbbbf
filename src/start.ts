import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { openPostgresStore } from './adapters/postgres/open.ts';
import { compileSchema } from './adapters/schema/compile.ts';
import { openSqliteStore } from './adapters/sqlite/open.ts';
import { readBuiltFiles } from './adapters/system/built-files.ts';
import { systemClock } from './adapters/system/clock.ts';
import { nodeCrypto } from './adapters/system/crypto.ts';
import type { Keys } from './adapters/system/keys.ts';
import { scryptPasswords } from './adapters/system/passwords.ts';
import { systemRandom } from './adapters/system/random.ts';
import { type SteeredClock, steered } from './adapters/system/steered-clock.ts';
import { createVault } from './adapters/system/vault.ts';
import { openLog } from './adapters/telemetry/log.ts';
import { Metrics } from './adapters/telemetry/metrics.ts';
import { createTelemetry } from './adapters/telemetry/telemetry.ts';
import type { ApiParts } from './api/parts.ts';
import { signInUrl } from './api/routes/people.ts';
import { createServer } from './api/server.ts';
import type { Config } from './config.ts';
import { type AddressPolicy, parseNetworks } from './core/address.ts';
import { SurehookError } from './core/errors.ts';
import { newId } from './core/ids.ts';
import * as limits from './core/limits/process.ts';
import { createAdministration } from './flow/administer.ts';
import { AlertActs } from './flow/administer-alerts.ts';
import { askedOnceIn } from './flow/asked.ts';
import { type Engine, startEngine } from './flow/engine.ts';
import { createPeople } from './flow/people.ts';
import { createPortals } from './flow/portal.ts';
import { createSignIn } from './flow/sign-in.ts';
import { listen, urlOf } from './listen.ts';
import type { Clock } from './ports/clock.ts';
import type { Sender } from './ports/sender.ts';
import type { Store } from './ports/store.ts';
import type { Telemetry } from './ports/telemetry.ts';
import { createSenders } from './send-out.ts';
import { type Consuming, startConsuming } from './start-consume.ts';
import { startWatch, type Watch } from './start-watch.ts';

/** A server that runs. */
export interface Running {
  url: string;
  engine: Engine;
  /** A link that signs the first owner in, once. */
  signInUrl(): Promise<string>;
  /** Writes one line to the log at level info, whatever level is configured. */
  say(fields: Record<string, unknown>, message: string): void;
  /** Stops accepting, finishes or gives back what is under way, flushes. */
  stop(): Promise<void>;
}

/** Beside the sources when they run as they are, else beside what was built from them. */
const root = new URL(import.meta.url.endsWith('.ts') ? '../' : '../../', import.meta.url);
const beside = (name: string): string => fileURLToPath(new URL(name, root));

export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/**
 * Puts the adapters together and listens. `died` is called when the process must end because the disk cannot be trusted. A start
 * that fails has closed what it opened.
 */
export async function startServer(
  config: Config,
  keys: Keys,
  version: string,
  died: () => void,
): Promise<Running> {
  const clock = steered(systemClock);
  const store = await openStore(config, keys, clock);
  const sender = createSenders({ policy: policyOf(config) });
  const opened: Opened = { config, keys, version, store, sender, clock, engine: null, watch: null };
  try {
    return await run(opened, died);
  } catch (error) {
    await opened.watch?.stop();
    await opened.engine?.stop();
    await sender.close();
    await store.close();
    throw error;
  }
}

/** The database of the configuration, with its schema brought up to date. */
export async function openStore(
  { database, dev }: Pick<Config, 'database' | 'dev'>,
  { encryptionKey }: Pick<Keys, 'encryptionKey'>,
  clock: SteeredClock | null,
): Promise<Store> {
  const vault = createVault(encryptionKey);
  if (database.kind === 'sqlite')
    return await openSqliteStore({ file: database.file, vault, mode: clock === null ? 'inline' : 'thread' });
  const { url } = database;
  return await openPostgresStore({ url, vault, durable: !dev, timed: (nowMs) => clock?.steer(nowMs) });
}

interface Opened {
  config: Config;
  keys: Keys;
  version: string;
  store: Store;
  sender: Sender;
  clock: Clock;
  /** Null until it runs. */
  engine: Engine | null;
  watch: Watch | null;
}

async function run(opened: Opened, died: () => void): Promise<Running> {
  const { config, keys, version, store, sender, clock } = opened;
  const log = openLog(config.logLevel, process.stdout.isTTY === true);
  const metrics = new Metrics();
  const policy = policyOf(config);
  const random = systemRandom();
  const nudge = (): void => opened.watch?.alerter.nudge();
  const telemetry = nudging(
    createTelemetry(
      log.logger,
      metrics,
      (accountNo) => opened.engine?.directory.account(accountNo)?.id ?? '',
    ),
    nudge,
  );
  const engine = await startEngine({
    store,
    sender,
    clock,
    random,
    telemetry,
    crypto: nodeCrypto(),
    sha256,
    compileSchema,
    // Of its own, or two machines of the same name would take each other over.
    nodeName: `${hostname()}:${process.pid}:${randomUUID()}`,
    version,
    maxDataBytes: config.maxPayloadBytes,
    retentionMs: config.retentionMs,
    hooks: {
      signalled: nudge,
      orderHeard() {
        opened.watch?.tracker.look();
        nudge();
      },
    },
    fatal(error) {
      log.logger.fatal({ cause: error.message }, 'the disk cannot be trusted any more: stopping');
      log.flush();
      died();
    },
  });
  opened.engine = engine;
  let url = '';
  const watch = startWatch({
    config,
    engine,
    store,
    sender,
    clock,
    random,
    telemetry,
    sha256,
    version,
    where: config.publicUrl ?? `http://${config.host}:${config.port}`,
  });
  opened.watch = watch;
  const consuming = startConsuming({ policy, engine, clock, telemetry });
  const parts = apiPartsOf({
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
    warn: telemetry.warn,
    publicUrl: () => url,
  });
  const server = createServer(parts, {
    onFault: (error, refusal) =>
      log.logger.error(
        { ...refusal, cause: error instanceof Error ? error.stack : String(error) },
        'a request failed',
      ),
    onRefused: (refusal, leftOut) =>
      log.logger[refusal.status >= 500 ? 'error' : 'info'](
        { ...refusal, ...(leftOut > 0 ? { leftOut } : {}) },
        'a request was refused',
      ),
  });
  const address = await listen(server, config);
  url = (config.publicUrl ?? address).replace(/\/+$/, '');
  const always = log.logger.child({}, { level: 'info' });
  always.info({ url, address, lost: engine.lost }, 'listening');
  for (const warning of keys.warnings) log.logger.warn(warning);
  return {
    url: address,
    engine,
    signInUrl: async () => signInUrl(url, (await parts.people.link(null)).token),
    say: (fields, message) => always.info(fields, message),
    async stop() {
      const closed = server.close();
      await consuming.stop();
      await Promise.all([watch.stop(), engine.stop()]);
      // Nobody is promised anything any more. Who is still being answered gets a moment, who keeps a connection open does not.
      server.server.closeIdleConnections();
      const cut = clock.after(limits.answerMs, () => server.server.closeAllConnections());
      await closed;
      cut();
      await sender.close();
      await store.close();
      log.logger.info('stopped');
      log.flush();
    },
  };
}

/** The same, and the alerter looks when something happened that people may want to hear of. */
function nudging(telemetry: Telemetry, nudge: () => void): Telemetry {
  return {
    ...telemetry,
    attempted(more) {
      telemetry.attempted(more);
      if (more.result === 'dead') nudge();
    },
    endpointChanged(more) {
      telemetry.endpointChanged(more);
      nudge();
    },
  };
}

/** Where requests of a process that runs by these settings may go. */
export function policyOf(config: Config): AddressPolicy {
  const allowNetworks = parseNetworks(config.allowNetworks.join(','));
  if (typeof allowNetworks === 'string') throw new SurehookError('invalid', allowNetworks);
  const { dev, publicUrl } = config;
  const ownBins = `${(publicUrl ?? urlOf(config.host, config.port)).replace(/\/+$/, '')}/b/`;
  return { dev, allowNetworks, ownBins, ...(dev || publicUrl === null ? {} : { ownUrl: publicUrl }) };
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
  random: ReturnType<typeof systemRandom>;
  clock: Clock;
  warn: Telemetry['warn'];
  publicUrl: ApiParts['publicUrl'];
}

function apiPartsOf({
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
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  const counted = askedOnceIn(limits.countsKeepMs, clock, async () => {
    const nowMs = clock.nowMs();
    const [{ open, dead, oldestDueAtMs }, orders] = await Promise.all([
      store.counts({ nowMs }),
      store.orderCounts(null),
    ]);
    return { open, dead, orders, waitedMs: oldestDueAtMs === null ? 0 : nowMs - oldestDueAtMs };
  });
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
    async metrics() {
      const { open, dead, orders, waitedMs } = await counted();
      const { lanes, quick, slow, breakersOpen } = dispatcher.figures();
      const lagS = loop.percentile(99) / 1e9;
      loop.reset();
      return metrics.text([
        {
          name: 'surehook_deliveries_open',
          help: 'Deliveries that are owed and not under way.',
          value: open,
        },
        { name: 'surehook_deliveries_dead', help: 'Dead letters.', value: dead },
        {
          name: 'surehook_oldest_due_seconds',
          help: 'How long the oldest due delivery has waited.',
          value: waitedMs / 1000,
        },
        {
          name: 'surehook_orders_pending',
          help: 'Orders that have not ended.',
          value: orders.states.pending,
        },
        { name: 'surehook_orders_stuck', help: 'Orders that were given up.', value: orders.states.stuck },
        { name: 'surehook_orders_overdue', help: 'Orders that take too long.', value: orders.overdue },
        {
          name: 'surehook_orders_found_by_poll',
          help: 'Orders whose end was found by asking alone.',
          value: orders.foundByPoll,
        },
        { name: 'surehook_requests_under_way', help: 'Requests under way.', value: quick + slow },
        { name: 'surehook_lanes', help: 'Endpoints with a lane in memory.', value: lanes },
        { name: 'surehook_breakers_open', help: 'Endpoints whose breaker is open.', value: breakersOpen },
        { name: 'surehook_event_loop_lag_seconds', help: 'p99 since the last scrape.', value: lagS },
        { name: 'process_resident_memory_bytes', help: 'Resident memory.', value: process.memoryUsage.rss() },
      ]);
    },
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
