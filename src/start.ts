import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { openPostgresStore } from './adapters/postgres/open.ts';
import { compileSchema } from './adapters/schema/compile.ts';
import { openSqliteStore } from './adapters/sqlite/open.ts';
import { systemClock } from './adapters/system/clock.ts';
import { nodeCrypto, sha256 } from './adapters/system/crypto.ts';
import type { Keys } from './adapters/system/keys.ts';
import { keepMemory } from './adapters/system/memory.ts';
import { systemRandom } from './adapters/system/random.ts';
import { type SteeredClock, steered } from './adapters/system/steered-clock.ts';
import { createVault } from './adapters/system/vault.ts';
import { openLog } from './adapters/telemetry/log.ts';
import { Metrics } from './adapters/telemetry/metrics.ts';
import { createTelemetry } from './adapters/telemetry/telemetry.ts';
import { signInUrl } from './api/routes/people.ts';
import { createServer } from './api/server.ts';
import type { Config } from './config.ts';
import { type AddressPolicy, parseNetworks } from './core/address.ts';
import { SurehookError } from './core/errors.ts';
import { envelopeBytes } from './core/limits/api.ts';
import { keepAliveMs, plainBodyBytes, plainBodyMs } from './core/limits/front.ts';
import * as limits from './core/limits/process.ts';
import { type Engine, startEngine } from './flow/engine.ts';
import { listen, urlOf } from './listen.ts';
import type { Clock } from './ports/clock.ts';
import type { Sender } from './ports/sender.ts';
import type { Store } from './ports/store.ts';
import type { Telemetry } from './ports/telemetry.ts';
import { createSenders } from './send-out.ts';
import { apiPartsOf } from './start-api.ts';
import { startConsuming } from './start-consume.ts';
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
  keepMemory(config.database.kind);
  const log = openLog(config.logLevel, process.stdout.isTTY === true);
  const metrics = new Metrics();
  const policy = policyOf(config);
  const random = systemRandom();
  const nudge = (): void => opened.watch?.alerter.nudge();
  const telemetry = nudging(
    createTelemetry(log, metrics, (accountNo) => opened.engine?.directory.account(accountNo)?.id ?? ''),
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
  const { app, answerPlain } = createServer(parts, {
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
  await app.ready();
  const front = await listen({
    host: config.host,
    port: config.port,
    maxBodyBytes: Math.min(plainBodyBytes, config.maxPayloadBytes + envelopeBytes),
    plainBodyMs,
    keepAliveMs,
    server: app.server,
    answer: answerPlain,
    failed(error) {
      log.logger.fatal({ cause: error.stack }, 'the thread that callers connect to failed: stopping');
      died();
    },
  });
  const address = urlOf(config.host, front.port);
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
      const closed = Promise.all([app.close(), front.close()]);
      await consuming.stop();
      await Promise.all([watch.stop(), engine.stop()]);
      // Nobody is promised anything any more. Who is still being answered gets a moment, who keeps a connection open does not.
      app.server.closeIdleConnections();
      const stopWaiting = clock.after(limits.answerMs, () => front.cut());
      await closed;
      stopWaiting();
      await sender.close();
      await store.close();
      log.logger.info('stopped');
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
