import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from '../../test/support/brokers/broker.ts';
import { nowMs, sleep } from '../clock.ts';
import { eventId, eventText } from '../event.ts';
import type { Machine } from '../machine.ts';
import { cpuOf, cpuSince } from '../processes.ts';
import type { Expected } from '../receiver.ts';
import type { Report } from '../report.ts';
import type { Server } from '../server.ts';
import { median } from '../summary.ts';

const endpoints = 16;
const batchEvents = 1000;
const arriveWithinMs = 60_000;
const streams = Array.from({ length: endpoints }, (_, at) => `stream-${at}`);

/** What waits at paused endpoints is let go at once: into Redis Streams, and to receivers by HTTP, in turn. */
export async function queues(machine: Machine, report: Report): Promise<void> {
  if (spawnSync('redis-server', ['--version']).status !== 0)
    return void process.stdout.write('queues: left out, as redis-server is not installed\n');
  const redis = await startRedis(machine.folder);
  const server = await machine.server();
  const { origin, process: receiver } = await machine.receiver();
  await server.createAccount('shop');
  const ids = { redis: [] as string[], http: [] as string[] };
  for (const [at, stream] of streams.entries()) {
    const urls = { redis: `redis://127.0.0.1:${redis.port}/?stream=${stream}`, http: `${origin}/e/${at}` };
    for (const kind of ['redis', 'http'] as const)
      ids[kind].push(await server.createEndpoint({ url: urls[kind], events: [`${kind}.${at}`] }, 'shop'));
  }
  const events = machine.quick ? 8000 : 40_000;
  const rates = { redis: [] as number[], http: [] as number[] };
  const cpuUs = { redis: [] as number[], http: [] as number[] };
  // The first round is for the compilers.
  for (let round = 0; round <= machine.rounds; round += 1) {
    for (const kind of ['http', 'redis'] as const) {
      const run = machine.nextRun();
      if (kind === 'http') await receiver.ask('expect', { run, events, fanOut: 1 } satisfies Expected);
      else await redis.client.flushall();
      const arrived = async (): Promise<number> =>
        kind === 'http' ? await receiver.ask<number>('received') : await redis.length();
      const drained = await drain(server, { kind, ids: ids[kind], run, events, arrived });
      if (round === 0) continue;
      rates[kind].push(drained.ratePerSecond);
      cpuUs[kind].push(drained.cpuUs);
    }
  }
  const ratio = median(rates.redis) / median(rates.http);
  const row = (kind: 'redis' | 'http') => ({
    ratePerSecond: median(rates[kind]),
    cpuUs: { total: median(cpuUs[kind]), main: 0 },
  });
  report.add({ name: 'queues: what waited, by HTTP', ...row('http') });
  report.add({
    name: 'queues: what waited, into Redis Streams',
    ...row('redis'),
    ratio: { value: ratio, of: 'of HTTP' },
    target: { text: '≥ 1', met: ratio >= 1 },
  });
  await server.stop();
  await redis.stop();
}

interface Drain {
  kind: string;
  ids: string[];
  run: number;
  events: number;
  arrived(): Promise<number>;
}

/** From the first resume until the last has arrived. */
async function drain(server: Server, input: Drain): Promise<{ ratePerSecond: number; cpuUs: number }> {
  const { kind, ids, run, events, arrived } = input;
  const each = (act: string): Promise<unknown> =>
    Promise.all(ids.map((id) => server.call('POST', `/v1/endpoints/${id}/${act}`, {}, 'shop')));
  await each('pause');
  for (let from = 0; from < events; from += batchEvents) {
    const texts = Array.from({ length: batchEvents }, (_, at) =>
      eventText({ type: `${kind}.${at % endpoints}`, id: eventId(run, from + at), data: '{"total":12.50}' }),
    );
    await server.send('POST', '/v1/events/batch', `{"events":[${texts.join(',')}]}`, 'shop');
  }
  const cpu = cpuOf(server.pid);
  const startMs = nowMs();
  await each('resume');
  while ((await arrived()) < events && nowMs() - startMs < arriveWithinMs) await sleep(5);
  const tookMs = nowMs() - startMs;
  if ((await arrived()) < events) throw new Error(`${kind}: ${await arrived()} of ${events} arrived`);
  return { ratePerSecond: (events * 1000) / tookMs, cpuUs: cpuSince(server.pid, cpu).total / events };
}

async function startRedis(folder: string) {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50 });
  client.on('error', () => {});
  await client.ping();
  return {
    port,
    client,
    length: async (): Promise<number> => {
      const lengths = await Promise.all(streams.map((stream) => client.xlen(stream)));
      return lengths.reduce((sum, one) => sum + one, 0);
    },
    async stop(): Promise<void> {
      client.disconnect();
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
