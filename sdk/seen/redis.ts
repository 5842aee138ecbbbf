import type { SeenStore } from '../seen.ts';

/** Sends one command: `(args) => client.sendCommand(args)` of node-redis, `(args) => client.call(...args)` of ioredis. */
export type RedisCommand = (args: string[]) => Promise<unknown>;

/**
 * A store in Redis, for any number of processes. Keys begin with `prefix`; Redis forgets them when their time is over. What Redis loses in
 * a crash is handled again.
 */
export function redisSeen(
  command: RedisCommand,
  { prefix = 'webhook:' }: { prefix?: string } = {},
): SeenStore {
  return {
    async claim(key, leaseMs) {
      const set = await command(['SET', prefix + key, 'busy', 'NX', 'PX', String(leaseMs)]);
      if (set !== null) return 'mine';
      return String(await command(['GET', prefix + key])) === 'done' ? 'done' : 'busy';
    },
    keep: (key, forMs) => command(['SET', prefix + key, 'done', 'PX', String(forMs)]),
    release: (key) => command(['DEL', prefix + key]),
  };
}
