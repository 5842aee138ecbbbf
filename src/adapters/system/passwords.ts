import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/people.ts';
import { busyRetryAfterS } from '../../core/limits/store.ts';
import type { Passwords } from '../../ports/passwords.ts';

/** 32 MiB and some 100 ms a guess. */
const cost = { N: 2 ** 15, r: 8, p: 1 };
const saltBytes = 16;
const hashBytes = 32;
const form = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

/** Passwords by scrypt on Node's thread pool, of which only a part is ever taken. */
export function scryptPasswords(): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function derive(password: string, salt: Uint8Array, options: ScryptOptions): Promise<Buffer> {
    if (running >= limits.hashesAtOnce) {
      if (waiting.length >= limits.hashesWaiting) {
        throw new SurehookError(
          'too_many_requests',
          'Too many people sign in right now. Try again shortly.',
          {
            retryAfterS: busyRetryAfterS,
          },
        );
      }
      // Whoever ends hands their place on.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await new Promise((resolve, reject) =>
        scrypt(
          password.normalize('NFKC'),
          salt,
          hashBytes,
          { ...options, maxmem: 128 * 1024 * 1024 },
          (error, key) => (error === null ? resolve(key) : reject(error)),
        ),
      );
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    async hash(password) {
      const salt = randomBytes(saltBytes);
      const key = await derive(password, salt, cost);
      return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
    },
    async matches(password, hash) {
      const [, n, r, p, salt, wanted] = form.exec(hash ?? '') ?? [];
      if (salt === undefined || wanted === undefined) {
        await derive(password, randomBytes(saltBytes), cost);
        return false;
      }
      const options = { N: Number(n), r: Number(r), p: Number(p) };
      const key = await derive(password, Buffer.from(salt, 'base64url'), options);
      const stored = Buffer.from(wanted, 'base64url');
      return stored.length === key.length && timingSafeEqual(stored, key);
    },
  };
}
