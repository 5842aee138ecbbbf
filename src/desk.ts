import { setTimeout as sleep } from 'node:timers/promises';
import { fetchText, postLocally } from './adapters/http/local.ts';
import { systemClock } from './adapters/system/clock.ts';
import { nodeCrypto } from './adapters/system/crypto.ts';
import type { Io } from './cli/io.ts';
import { type ListenOptions, runListen } from './cli/listen.ts';
import type { Ask } from './cli/listen-queue.ts';
import { SurehookError } from './core/errors.ts';

/** A server to call, as a command line names it. */
export interface ServerAddress {
  url: string;
  /** Null: none was found. */
  key: string | null;
  account?: string | undefined;
}

/** `surehook listen` in a terminal. */
export async function listenHere(options: ListenOptions, server: ServerAddress, io: Io): Promise<number> {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop);
  try {
    return await runListen(options, {
      ...io,
      ask: askerOf(server, signal),
      send: postLocally,
      wait: (ms) => sleep(ms, undefined, { signal }).catch(() => {}),
      nowMs: systemClock.nowMs,
      crypto: nodeCrypto(),
      stopped: signal,
      stop,
      onKey: (pressed) => onKey(pressed, signal),
    });
  } finally {
    stop();
  }
}

/** Asks a server. Only what waits for messages is cut off when it is time to stop: what is said of them must arrive. */
export function askerOf({ url, key, account }: ServerAddress, stopped?: AbortSignal): Ask {
  if (key === null)
    throw new SurehookError(
      'invalid',
      'No API key: give --key, set SUREHOOK_ADMIN_KEY, or name the database that the server runs on with --database.',
    );
  const base = url.replace(/\/+$/, '');
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
  };
  if (account !== undefined) headers['surehook-account'] = account;
  return async (method, path, body) =>
    await fetchText(`${base}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(path.endsWith('/receive') && stopped !== undefined ? { signal: stopped } : {}),
    });
}

/** Keys as they are pressed, where a person sits at a terminal. */
export function onKey(pressed: (key: string) => void, until: AbortSignal): void {
  const { stdin } = process;
  if (!stdin.isTTY || until.aborted) return;
  stdin.setRawMode(true);
  stdin.on('data', (keys: Buffer) => pressed(keys.toString()));
  until.addEventListener('abort', () => {
    stdin.setRawMode(false);
    stdin.pause();
  });
}
