import { nowMs, sleep } from '../clock.ts';
import { eventId, eventText } from '../event.ts';
import type { Machine } from '../machine.ts';
import { cpuOf, cpuSince, residentBytes } from '../processes.ts';
import type { Expected, Received } from '../receiver.ts';
import { type Report, verifiedOf } from '../report.ts';
import type { Server } from '../server.ts';
import { median } from '../summary.ts';

const batchEvents = 1000;
const batchesAtOnce = 4;
const mebibyte = 1024 * 1024;
const living = 0;
const dead = 1;
/**
 * After its first failure. Its breaker opens after 30 s, and what was attempted until then is tried once more after 5 s: before
 * that its own attempts, hundreds a second, would count as the others' claims.
 */
const quietAfterMs = 45_000;
/** The breaker sends a probe every 10 s. */
const recoverWithinMs = 30_000;

/** A dead endpoint with a million waiting deliveries: what it costs the others, and what happens when it comes back. */
export async function backlog(machine: Machine, report: Report): Promise<void> {
  const waiting = machine.quick ? 20_000 : 1_000_000;
  const { process: receiver } = await machine.receiver();
  const without = await prepared(machine);
  const server = await prepared(machine);
  await receiver.ask('behave', [[dead, 'fail']]);

  const startedBytes = residentBytes(server.pid);
  // So that what taking in batches needs at all is there before, whoever waits for them.
  await fill(server, { run: machine.nextRun(), type: 'nobody', events: waiting * 0.3 });
  await sleep(machine.ms(1000, 500));
  const emptyBytes = residentBytes(server.pid);
  const run = machine.nextRun();
  const startMs = nowMs();
  const peakBytes = await fill(server, { run, type: 'dead', events: waiting });
  const fillMs = nowMs() - startMs;
  await sleep(machine.quick ? 500 : Math.max(3000, startMs + quietAfterMs - nowMs()));
  const filledBytes = residentBytes(server.pid);
  const grownMib = (filledBytes - emptyBytes) / mebibyte;
  report.add({
    name: `backlog: ${waiting.toLocaleString('en')} waiting for a dead endpoint`,
    ratePerSecond: (waiting * 1000) / fillMs,
    target: { text: 'memory + < 100 MiB', met: grownMib < 100 },
    note: `memory ${signed(grownMib)} MiB (at most ${signed((peakBytes - emptyBytes) / mebibyte)} while it was filled), ${mib(filledBytes)} in all (${mib(startedBytes)} when it had started)`,
  });
  const [before, after] = await claimCosts(machine, [without, server]);
  const ratio = after.cpuUs / before.cpuUs;
  report.add({
    name: "backlog: claims for others, server's CPU",
    ratePerSecond: after.ratePerSecond,
    ratio: { value: ratio, of: 'of the cost without' },
    target: { text: '≤ 1.2', met: ratio <= 1.2 },
    cpuUs: { total: after.cpuUs, main: after.mainUs },
    verified: after.verified,
  });
  await without.stop();
  await comesBack(machine, report, { run, waiting });
  await server.stop();
}

async function prepared(machine: Machine): Promise<Server> {
  const server = await machine.server();
  const { origin } = await machine.receiver();
  await server.createAccount('shop');
  await server.createEndpoint({ url: `${origin}/e/${living}`, events: ['living'] }, 'shop');
  await server.createEndpoint({ url: `${origin}/e/${dead}`, events: ['dead'] }, 'shop');
  return server;
}

/** Events by batches of a thousand; answers the most memory that was seen. */
async function fill(
  server: Server,
  { run, type, events }: { run: number; type: string; events: number },
): Promise<number> {
  let next = 0;
  let peakBytes = 0;
  const feed = async (): Promise<void> => {
    while (next < events) {
      const from = next;
      next += batchEvents;
      const texts = Array.from({ length: batchEvents }, (_, at) =>
        eventText({ type, id: eventId(run, from + at), data: '{"total":12.50}' }),
      );
      await server.send('POST', '/v1/events/batch', `{"events":[${texts.join(',')}]}`, 'shop');
      peakBytes = Math.max(peakBytes, residentBytes(server.pid));
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, feed));
  return peakBytes;
}

interface Claimed {
  ratePerSecond: number;
  cpuUs: number;
  mainUs: number;
  verified: { text: string; ok: boolean };
}

/** In turn, for what else the machine does meets both then; twice as many rounds as elsewhere, for one is short. */
async function claimCosts(machine: Machine, servers: [Server, Server]): Promise<[Claimed, Claimed]> {
  const all: [Claimed[], Claimed[]] = [[], []];
  // What has rested makes compiled code anew at first.
  for (const server of servers) await claimed(machine, server);
  for (let round = 0; round < 2 * machine.rounds; round += 1)
    for (const at of [0, 1] as const) all[at].push(await claimed(machine, servers[at]));
  return [middleOf(all[0]), middleOf(all[1])];
}

function middleOf(all: Claimed[]): Claimed {
  return {
    ratePerSecond: median(all.map((one) => one.ratePerSecond)),
    cpuUs: median(all.map((one) => one.cpuUs)),
    mainUs: median(all.map((one) => one.mainUs)),
    verified: all.find(({ verified }) => !verified.ok)?.verified ?? all[0]!.verified,
  };
}

/** Events that are due at one moment in the future: all of them are claimed from the store. */
async function claimed(machine: Machine, server: Server): Promise<Claimed> {
  const run = machine.nextRun();
  const events = machine.quick ? 500 : 4000;
  const aheadMs = machine.ms(2500, 1500);
  const deliverAt = new Date(Date.now() + aheadMs);
  const dueMs = nowMs() + aheadMs;
  let cpu = cpuOf(server.pid);
  const { sent, received } = await machine.measure(
    {
      port: server.port,
      templates: [server.template({ run, type: 'living', account: 'shop', deliverAt })],
      connections: 32,
      pace: { window: events },
      events,
      durationMs: aheadMs - 100,
    },
    {
      expected: { run, fanOut: 1 },
      async during() {
        await sleep(dueMs - 50 - nowMs());
        cpu = cpuOf(server.pid);
      },
    },
  );
  const used = cpuSince(server.pid, cpu);
  return {
    ratePerSecond: (received.received * 1000) / (received.lastMs - dueMs),
    cpuUs: used.total / received.received,
    mainUs: used.main / received.received,
    verified: verifiedOf(received, sent.accepted),
  };
}

/** The receiver is well again, at first a little slow so that requests at once can be seen, then as fast as it can. */
async function comesBack(
  machine: Machine,
  report: Report,
  { run, waiting }: { run: number; waiting: number },
): Promise<void> {
  const { process: receiver } = await machine.receiver();
  await receiver.ask('expect', { run, events: waiting, fanOut: 1 } satisfies Expected);
  await receiver.ask('behave', [[dead, { afterMs: 20 }]]);
  await receiver.ask('watch', dead);
  const beganMs = nowMs();
  while ((await receiver.ask<number>('received')) === 0) {
    if (nowMs() - beganMs > recoverWithinMs)
      throw new Error('nothing arrived at the endpoint that came back');
    await sleep(50);
  }
  const noticedMs = nowMs() - beganMs;
  await sleep(machine.ms(5000, 2000));
  const atOnce = await receiver.ask<number[]>('watched');
  await receiver.ask('behave', [[dead, null]]);
  await sleep(500);
  const from = await receiver.ask<number>('received');
  const durationMs = machine.ms(10_000, 2000);
  await sleep(durationMs);
  const drained = (await receiver.ask<number>('received')) - from;
  const received = await receiver.ask<Received>('report', { paced: null, refused: [] });
  const most = Math.max(...atOnce);
  report.add({
    name: 'backlog: the endpoint comes back, drained',
    ratePerSecond: (drained * 1000) / durationMs,
    target: { text: 'one at a time first', met: climbs(atOnce) },
    verified: {
      text: `${received.received}, ${received.duplicates} twice`,
      ok: received.duplicates === 0 && received.badSignatures === 0,
    },
    note: `noticed after ${(noticedMs / 1000).toFixed(1)} s; ${most} at once from its request ${atOnce.indexOf(most) + 1} on`,
  });
}

/** Alone first, and never more than one more for each request that came before. */
function climbs(atOnce: readonly number[]): boolean {
  return atOnce.length > 1 && atOnce.slice(0, 10).every((count, n) => count <= Math.max(1, n));
}

function mib(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(0)}`;
}
