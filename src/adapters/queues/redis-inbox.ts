import { inboxLeaseMs } from '../../core/limits/queues.ts';
import type { Inbox, Waiting } from '../../ports/inbox.ts';
import type { Opening } from './link.ts';
import { bodyField, redisClient, redisFault } from './redis.ts';

type Entry = [id: Buffer, fields: Buffer[] | null];

/** All nodes are one consumer to the group: what another took and did not finish is handed out at the start, and after a while. */
const consumer = 'surehook';

/** A stream, by a consumer group that is made when it is not there. An entry's fields are headers, but for `body` (or `data`). */
export async function openRedisInbox(opening: Opening): Promise<Inbox> {
  const client = await redisClient(opening);
  const { stream = '', group = 'surehook' } = opening.target.options;
  const { Command } = await import('ioredis');
  const call = async (name: string, ...args: (string | number)[]): Promise<unknown> => {
    try {
      return await client.sendCommand(new Command(name, args, { replyEncoding: null }));
    } catch (error) {
      throw redisFault(error);
    }
  };
  await call('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM').catch((error: Error) => {
    if (!/BUSYGROUP/.test(error.message)) throw error;
  });
  /** Where the reading of what was taken before goes on; null: it is read to its end. */
  let left: string | null = '0';
  let claimAtMs = performance.now() + inboxLeaseMs;

  async function read(from: string, count: number, more: (string | number)[]): Promise<Entry[]> {
    const found = (await call(
      'XREADGROUP',
      'GROUP',
      group,
      consumer,
      'COUNT',
      count,
      ...more,
      'STREAMS',
      stream,
      from,
    )) as [unknown, Entry[]][] | null;
    return found?.[0]?.[1] ?? [];
  }

  return {
    async take(count, waitMs) {
      if (left !== null) {
        const entries = await read(left, count, []);
        left = entries.length === 0 ? null : String(entries.at(-1)![0]);
        if (entries.length > 0) return entries.map(waitingOf);
      }
      if (performance.now() >= claimAtMs) {
        claimAtMs = performance.now() + inboxLeaseMs;
        const claimed = (await call(
          'XAUTOCLAIM',
          stream,
          group,
          consumer,
          inboxLeaseMs,
          '0-0',
          'COUNT',
          count,
        )) as [unknown, Entry[]];
        if (claimed[1].length > 0) return claimed[1].map(waitingOf);
      }
      return (await read('>', count, ['BLOCK', waitMs])).map(waitingOf);
    },
    async done(messages) {
      await call('XACK', stream, group, ...messages.map(({ id }) => id!));
    },
    async lag() {
      const groups = (await call('XINFO', 'GROUPS', stream)) as unknown[][];
      for (const one of groups) {
        const about = new Map<string, unknown>();
        for (let at = 0; at < one.length; at += 2) about.set(String(one[at]), one[at + 1]);
        if (String(about.get('name')) !== group) continue;
        const ahead = about.get('lag');
        return typeof ahead === 'number' ? ahead + Number(about.get('pending')) : null;
      }
      return null;
    },
    async close() {
      client.disconnect();
    },
  };
}

/** An entry that was deleted meanwhile has no fields: there is nothing to take in but its place. */
function waitingOf([id, fields]: Entry): Waiting {
  const headers: string[] = [];
  let body: Buffer = Buffer.alloc(0);
  for (let at = 0; at < (fields?.length ?? 0); at += 2) {
    const name = String(fields![at]).toLowerCase();
    if (name === bodyField || name === 'data') body = fields![at + 1]!;
    else headers.push(name, String(fields![at + 1]));
  }
  return { id: String(id), headers, body };
}
