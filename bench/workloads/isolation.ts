import type { Template } from '../event.ts';
import type { Machine, Measured } from '../machine.ts';
import type { Manner } from '../receiver.ts';
import { type Report, verifiedOf } from '../report.ts';
import type { Server } from '../server.ts';
import { median } from '../summary.ts';

const healthy = 100;
/** Of so many events, two go to the dead endpoint and two to the slow one; the others to the healthy ones in turn. */
const pattern = healthy + 4;
const ratePerSecond = 1000;
const slow: Manner = { afterMs: 9000 };

/** One endpoint that never answers and one that takes 9 s, on the same host and port as a hundred healthy ones. */
export async function isolation(machine: Machine, report: Report): Promise<void> {
  const server = await machine.server();
  const { origin } = await machine.receiver();
  await server.createAccount('shop');
  for (let at = 0; at < healthy; at += 1)
    await server.createEndpoint({ url: `${origin}/e/${at}`, events: [`healthy.${at}`] }, 'shop');
  await warmUp(machine, server);
  const without: Measured[] = [];
  const faulty: Measured[] = [];
  // A percentile of some thousand is moved by one pause: more rounds than usual.
  for (let count = 0; count < machine.rounds * 2; count += 1) {
    without.push(await round(machine, server, { faults: false }));
    faulty.push(await round(machine, server, { faults: true }));
  }
  const p99 = (all: Measured[]): number => median(all.map(({ received }) => received.latency.p99));
  const rowOf = (name: string, all: Measured[]) => ({
    name,
    ratePerSecond,
    latency: all.toSorted((a, b) => a.received.latency.p99 - b.received.latency.p99)[all.length >> 1]!
      .received.latency,
    verified: verifiedOf(all[0]!.received, Math.round((all[0]!.sent.accepted * healthy) / pattern)),
  });
  report.add(rowOf('isolation: 100 healthy, all well', without));
  report.add({
    ...rowOf('isolation: 100 healthy beside a dead and a slow one', faulty),
    ratio: { value: p99(faulty) / p99(without), of: 'p99 of all well' },
    target: { text: '≤ 1.2', met: p99(faulty) <= 1.2 * p99(without) },
  });
  await server.stop();
}

/** At full load, so that the compilers come to rest. */
async function warmUp(machine: Machine, server: Server): Promise<void> {
  const run = machine.nextRun();
  const templates = Array.from({ length: healthy }, (_, at) =>
    server.template({ run, type: `healthy.${at}`, account: 'shop' }),
  );
  const load = { port: server.port, templates, connections: 64, pace: { window: 256 } };
  await machine.measure(
    { ...load, events: 500_000, durationMs: machine.ms(10_000, 500) },
    { expected: { run, fanOut: 1 } },
  );
}

/** The troublesome endpoints are new each time, so that nothing is left over from the round before. */
async function round(machine: Machine, server: Server, { faults }: { faults: boolean }): Promise<Measured> {
  const { origin, process: receiver } = await machine.receiver();
  const run = machine.nextRun();
  const made = await Promise.all(
    ['dead', 'slow'].map((name, at) =>
      server.createEndpoint({ url: `${origin}/e/${pathOf(run, at)}`, events: [`${name}.${run}`] }, 'shop'),
    ),
  );
  const manners: [number, Manner | null][] = [
    [pathOf(run, 0), faults ? 'never' : null],
    [pathOf(run, 1), faults ? slow : null],
  ];
  await receiver.ask('behave', manners);
  const durationMs = machine.ms(6000, 3000);
  const events = Math.floor((durationMs * ratePerSecond) / 1000 / pattern) * pattern;
  const measured = await machine.measure(
    {
      port: server.port,
      templates: templatesOf(server, run),
      connections: 64,
      pace: { ratePerSecond },
      events,
      durationMs: durationMs + 1000,
    },
    {
      expected: {
        run,
        fanOut: 1,
        ignored: { every: pattern, places: [25, 50, 75, 100] },
      },
    },
  );
  for (const id of made) await server.call('DELETE', `/v1/endpoints/${id}`, undefined, 'shop');
  return measured;
}

function pathOf(run: number, at: number): number {
  return 1000 + run * 2 + at;
}

function templatesOf(server: Server, run: number): Template[] {
  const types: string[] = Array.from({ length: healthy }, (_, at) => `healthy.${at}`);
  for (const [place, name] of [
    [25, 'dead'],
    [50, 'slow'],
    [75, 'dead'],
    [100, 'slow'],
  ] as const)
    types.splice(place, 0, `${name}.${run}`);
  return types.map((type) => server.template({ run, type, account: 'shop' }));
}
