import { isIP } from 'node:net';
import { parseNetworks } from './core/address.ts';
import { formatDuration, parseDuration } from './core/duration.ts';
import * as limits from './core/limits/api.ts';
import { retentionMaxMs, retentionMinMs } from './core/limits/store.ts';

export type Database = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A text that is not what its setting takes. The message follows the setting's name and says what to write instead. */
export class BadValue extends Error {}

/** Credentials within a URL are not shown. */
function quoted(value: string): string {
  const text = value.replace(/\/\/[^/]*@/, '//…@');
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

export function readHost(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0 || /^(?!\d+$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(bare)) return bare;
  throw new BadValue(
    `is ${quoted(text)}, which is not an address or host name; write one like 127.0.0.1, without scheme and port.`,
  );
}

export function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new BadValue(`is ${quoted(text)}, which is not a port; write a number from 0 to 65535.`);
}

export function readPublicUrl(text: string): string {
  const url = URL.parse(text);
  const plain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!plain)
    throw new BadValue(
      `is ${quoted(text)}; write a URL like https://hooks.example.com, without query or credentials.`,
    );
  return url.href.replace(/\/+$/, '');
}

/** The text may hold a password, so it is not shown. */
function readPostgresUrl(text: string): string {
  const isOne = /^postgres(ql)?:\/\/([^@/]*@)?[^@/,:?#]+(:\d{1,5})?\/[^/?#]+(\?[^#]*)?$/i.test(text);
  if (isOne && URL.canParse(text)) return text;
  throw new BadValue(
    'is not the address of a PostgreSQL database; write one like postgres://user:password@host:5432/surehook.',
  );
}

export function readDatabase(text: string): Database {
  if (/^postgres(ql)?:/i.test(text)) return { kind: 'postgres', url: readPostgresUrl(text) };
  // Two letters and more: a single one is a Windows drive.
  if (/^[a-z][a-z0-9+.-]+:/i.test(text))
    throw new BadValue(
      `is ${quoted(text)}; name a file, like ./data/surehook.db, or a PostgreSQL database: postgres://….`,
    );
  return { kind: 'sqlite', file: text };
}

export function readAdminKey(text: string): string {
  if (!text.startsWith('shk_admin_'))
    throw new BadValue('must begin with shk_admin_; put that before it, and use the whole text as the key.');
  if (!/^[\x21-\x7e]+$/.test(text) || text.length > limits.apiKeyChars) {
    throw new BadValue(
      `must be at most ${limits.apiKeyChars} visible ASCII characters, without spaces; make one from random letters and digits.`,
    );
  }
  return text;
}

export function readEncryptionKey(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  const exact = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  if (exact && bytes.length === 32) return new Uint8Array(bytes);
  throw new BadValue('must be 32 bytes in base64 (44 characters); make one with: openssl rand -base64 32');
}

export function readSwitch(text: string): boolean {
  const on = ['1', 'true', 'on'].includes(text.toLowerCase());
  if (on || ['0', 'false', 'off'].includes(text.toLowerCase())) return on;
  throw new BadValue(`is ${quoted(text)}; write on or off.`);
}

export function readNetworks(text: string): string[] {
  const networks = parseNetworks(text);
  if (typeof networks === 'string') throw new BadValue(`does not hold networks: ${networks}`);
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

const sizes: Record<string, number> = { '': 1, b: 1, kb: 1000, kib: 1024, mb: 1_000_000, mib: 1024 * 1024 };

export function readSize(text: string): number {
  const match = /^(\d{1,12})\s*([a-z]*)$/i.exec(text);
  const bytes = Number(match?.[1]) * (sizes[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN);
  if (bytes >= limits.payloadMinBytes && bytes <= limits.payloadMaxBytes) return bytes;
  const range = `${formatSize(limits.payloadMinBytes)} to ${formatSize(limits.payloadMaxBytes)}`;
  throw new BadValue(`is ${quoted(text)}; write a size from ${range}, like 256KiB.`);
}

export function formatSize(bytes: number): string {
  return bytes % (1024 * 1024) === 0 ? `${bytes / (1024 * 1024)}MiB` : `${bytes / 1024}KiB`;
}

export function readRetention(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms >= retentionMinMs && ms <= retentionMaxMs) return ms;
  const range = `${formatDuration(retentionMinMs)} to ${formatDuration(retentionMaxMs)}`;
  throw new BadValue(`is ${quoted(text)}; write a duration from ${range}, like 30d.`);
}

export function readSmtpUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== '') return text;
  // The text may hold a password, so it is not shown.
  throw new BadValue(
    'is not a mail server; write smtp://user:password@host:587 or smtps://user:password@host:465.',
  );
}

export function readMail(text: string): string {
  if (/^[^\s@<>]+@[^\s@<>]+$/.test(text) || /^[^<>\r\n]*<[^\s@<>]+@[^\s@<>]+>$/.test(text)) return text;
  throw new BadValue(`is ${quoted(text)}, which is not a mail address; write one like ops@shop.example.`);
}

export function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text.toLowerCase());
  if (level !== undefined) return level;
  throw new BadValue(`is ${quoted(text)}; write one of ${logLevels.join(', ')}.`);
}
