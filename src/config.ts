import * as values from './config-values.ts';
import * as limits from './core/limits/api.ts';
import { retentionDefaultMs } from './core/limits/store.ts';
import { nearest } from './core/nearest.ts';

/** How the process runs: read once, checked whole, then frozen. */
export interface Config {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Without a trailing slash. Null: `http://HOST:PORT`, once the port is known. */
  publicUrl: string | null;
  database: values.Database;
  adminKey: string | null;
  /** 32 bytes. */
  encryptionKey: Uint8Array | null;
  dev: boolean;
  /** CIDRs. */
  allowNetworks: string[];
  maxPayloadBytes: number;
  retentionMs: number;
  /** CIDRs. */
  trustedProxies: string[];
  smtpUrl: string | null;
  mailFrom: string | null;
  mailTo: string | null;
  /** The id of the account whose event types anybody may read. */
  publicCatalogue: string | null;
  logLevel: values.LogLevel;
}

/** Why the start stops: one line that names the variable or flag, the problem and the fix. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** A setting as `--help` and the documentation show it. */
export interface SettingRow {
  variable: string;
  /** With its value's name, as commander wants it: `--port <number>`; a switch has its value in brackets. */
  flag: string;
  /** As a person would write it; null: none. */
  standard: string | null;
  help: string;
}

interface Setting<Value> extends SettingRow {
  /** What an unset variable means. */
  unset: Value;
  /** The value, or what to do about the text: it follows the variable's name. Throws a BadValue. */
  read(text: string): Value;
}

const settings: { [Name in keyof Config]: Setting<Config[Name]> } = {
  host: {
    variable: 'SUREHOOK_HOST',
    flag: '--host <address>',
    standard: '127.0.0.1',
    help: 'Address to listen on. `0.0.0.0` listens on all; put a proxy that ends TLS before it.',
    unset: '127.0.0.1',
    read: values.readHost,
  },
  port: {
    variable: 'SUREHOOK_PORT',
    flag: '--port <number>',
    standard: '4400',
    help: 'Port to listen on; 0 picks a free one.',
    unset: 4400,
    read: values.readPort,
  },
  publicUrl: {
    variable: 'SUREHOOK_PUBLIC_URL',
    flag: '--public-url <url>',
    standard: 'http://HOST:PORT',
    help: 'How the outside reaches this server: the base of the links it hands out.',
    unset: null,
    read: values.readPublicUrl,
  },
  database: {
    variable: 'SUREHOOK_DATABASE',
    flag: '--database <where>',
    standard: './data/surehook.db',
    help: 'SQLite file; missing folders are made. `:memory:` keeps nothing. `postgres://user:password@host/database`: PostgreSQL 14 or newer, for as many servers as there are.',
    unset: { kind: 'sqlite', file: './data/surehook.db' },
    read: values.readDatabase,
  },
  adminKey: {
    variable: 'SUREHOOK_ADMIN_KEY',
    flag: '--admin-key <key>',
    standard: 'made on first start',
    help: 'A key that may do everything, valid while it is set: any text that begins `shk_admin_`. Unset, one is made on first start and kept beside the database in `<file>.admin-key`, readable by its owner only.',
    unset: null,
    read: values.readAdminKey,
  },
  encryptionKey: {
    variable: 'SUREHOOK_ENCRYPTION_KEY',
    flag: '--encryption-key <base64>',
    standard: 'made on first start',
    help: 'Encrypts secrets at rest: 32 bytes in base64. Unset, one is made on first start and kept beside the database in `<file>.encryption-key`, readable by its owner only.',
    unset: null,
    read: values.readEncryptionKey,
  },
  dev: {
    variable: 'SUREHOOK_DEV',
    flag: '--dev [switch]',
    standard: 'off',
    help: 'Development mode: endpoints may be http:// and on this machine. `npm start` turns it on.',
    unset: false,
    read: values.readSwitch,
  },
  allowNetworks: {
    variable: 'SUREHOOK_ALLOW_NETWORKS',
    flag: '--allow-networks <cidrs>',
    standard: null,
    help: 'Private networks that deliveries may reach all the same, separated by commas: `10.1.0.0/16,fd00::/8`.',
    unset: [],
    read: values.readNetworks,
  },
  maxPayloadBytes: {
    variable: 'SUREHOOK_MAX_PAYLOAD',
    flag: '--max-payload <size>',
    standard: '256KiB',
    help: `Largest \`data\` of an event, ${values.formatSize(limits.payloadMinBytes)} to ${values.formatSize(limits.payloadMaxBytes)}.`,
    unset: limits.payloadDefaultBytes,
    read: values.readSize,
  },
  retentionMs: {
    variable: 'SUREHOOK_RETENTION',
    flag: '--retention <duration>',
    standard: '30d',
    help: 'How long events and attempts are kept, at least 1m. Work that has not ended is never deleted.',
    unset: retentionDefaultMs,
    read: values.readRetention,
  },
  trustedProxies: {
    variable: 'SUREHOOK_TRUSTED_PROXIES',
    flag: '--trusted-proxies <cidrs>',
    standard: null,
    help: 'Networks whose `X-Forwarded-For` is believed, separated by commas.',
    unset: [],
    read: values.readNetworks,
  },
  smtpUrl: {
    variable: 'SUREHOOK_SMTP_URL',
    flag: '--smtp-url <url>',
    standard: null,
    help: 'Mail server for alerts: `smtp://user:password@host:587` or `smtps://…`. Needs SUREHOOK_MAIL_FROM.',
    unset: null,
    read: values.readSmtpUrl,
  },
  mailFrom: {
    variable: 'SUREHOOK_MAIL_FROM',
    flag: '--mail-from <address>',
    standard: null,
    help: 'Sender of alert mail.',
    unset: null,
    read: values.readMail,
  },
  mailTo: {
    variable: 'SUREHOOK_MAIL_TO',
    flag: '--mail-to <address>',
    standard: null,
    help: 'Recipient of alert mail where neither the endpoint nor the account names one.',
    unset: null,
    read: values.readMail,
  },
  publicCatalogue: {
    variable: 'SUREHOOK_PUBLIC_CATALOGUE',
    flag: '--public-catalogue <account>',
    standard: null,
    help: 'Account (`default`) whose event types stand at `/docs/events` for anybody to read: names, descriptions, schemas, examples. Without it that page is not there.',
    unset: null,
    read: (text) => text,
  },
  logLevel: {
    variable: 'SUREHOOK_LOG_LEVEL',
    flag: '--log-level <level>',
    standard: 'info',
    help: `One of ${values.logLevels.join(', ')}. JSON lines on standard output.`,
    unset: 'info',
    read: values.readLogLevel,
  },
};

/** Every setting, in the order in which people look for them. */
export const settingRows: readonly SettingRow[] = Object.values(settings);

/**
 * The configuration. `flags` are values of `surehook start` by camelCase flag name (`publicUrl`; a bare switch is `true`) and win
 * over `environment`. Empty counts as unset. Throws a ConfigError for the first thing that is wrong.
 */
export function readConfig(
  environment: Record<string, string | undefined>,
  flags: Record<string, unknown> = {},
): Readonly<Config> {
  refuseUnknown(environment);
  const entries = Object.entries(settings).map(([name, setting]) => [
    name,
    readSetting(setting, environment, flags),
  ]);
  const config = Object.freeze(Object.fromEntries(entries) as Config);
  // Mail wants both: where the server is, and who writes.
  if (config.smtpUrl !== null && config.mailFrom === null)
    throw new ConfigError(
      'SUREHOOK_MAIL_FROM is not set, and SUREHOOK_SMTP_URL is: set it to the address that alert mail comes from.',
    );
  return config;
}

/** `docs/operating/configuration.md`. */
export function renderDocumentation(): string {
  const rows = settingRows.map(({ variable, flag, standard, help }) => {
    const shown = standard === null ? 'none' : /^[a-z ]*$/.test(standard) ? standard : `\`${standard}\``;
    return `| \`${variable}\`<br>\`${flag}\` | ${shown} | ${help} |`;
  });
  return [
    '# Configuration',
    '',
    'Everything is set by environment variables. Each is also a flag of `surehook start`, and the flag wins. An empty variable',
    'counts as unset. Switches take `1`/`0`, `true`/`false` or `on`/`off`; durations look like `500ms`, `30s`, `5m`, `24h`, `30d`;',
    'sizes like `65536`, `64KiB`, `1MiB`. A variable that begins with `SUREHOOK_` and is not in this table stops the start.',
    '',
    'Secrets are better given by the environment: the flags of a process can be seen by other users of the machine.',
    '',
    '| variable and flag | default | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function refuseUnknown(environment: Record<string, string | undefined>): void {
  const known = settingRows.map(({ variable }) => variable);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('SUREHOOK_') || known.includes(name) || (environment[name] ?? '') === '') continue;
    throw new ConfigError(
      `${name} is not a setting; did you mean ${nearest(name, known, 1)[0]}? Rename it or unset it.`,
    );
  }
}

function readSetting(
  setting: Setting<unknown>,
  environment: Record<string, string | undefined>,
  flags: Record<string, unknown>,
): unknown {
  const flag = flags[flagKey(setting.flag)];
  const [name, given] =
    flag === undefined || flag === ''
      ? [setting.variable, environment[setting.variable]]
      : [flagName(setting.flag), flag];
  const text = given === true ? 'on' : String(given ?? '').trim();
  if (text === '') return setting.unset;
  try {
    return setting.read(text);
  } catch (error) {
    if (error instanceof values.BadValue) throw new ConfigError(`${name} ${error.message}`);
    throw error;
  }
}

function flagName(flag: string): string {
  return flag.split(' ')[0]!;
}

function flagKey(flag: string): string {
  return flagName(flag)
    .slice(2)
    .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
