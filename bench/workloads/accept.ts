import type { Load } from '../generator.ts';
import type { Machine } from '../machine.ts';
import { cpuOf, cpuSince } from '../processes.ts';
import type { Report } from '../report.ts';
import { median } from '../summary.ts';

const connections = 64;

/** Events that nobody subscribed to: what durable acceptance costs, next to a bare HTTP server and to bare commits. */
export async function accept(machine: Machine, report: Report): Promise<void> {
  const server = await machine.server();
  const loadFor = (durationMs: number): Load => ({
    port: server.port,
    templates: [server.template({ run: machine.nextRun(), type: 'order.created' })],
    connections,
    pace: { window: 1e9 },
    events: 1_000_000,
    durationMs,
  });
  await machine.generate(loadFor(machine.ms(2000)));

  const bare: number[] = [];
  const rates: number[] = [];
  const cpuUs = { total: 0, main: 0 };
  let events = 0;
  let accepted = 0;
  for (let round = 0; round < machine.rounds; round += 1) {
    const limit = await machine.bareServer(loadFor(machine.ms(2000)));
    bare.push(rateOf(limit));
    const before = cpuOf(server.pid);
    const sent = await machine.generate(loadFor(machine.ms(3000)));
    const used = cpuSince(server.pid, before);
    cpuUs.total += used.total;
    cpuUs.main += used.main;
    events += sent.events;
    accepted += sent.accepted;
    rates.push(rateOf(sent));
  }
  const commits: Record<number, number> = {};
  for (const batch of [1, 20, 200]) commits[batch] = await machine.commitRate(batch);
  report.add({ name: 'limit: bare node:http server, 202', ratePerSecond: median(bare) });
  for (const [batch, ratePerSecond] of Object.entries(commits))
    report.add({ name: `limit: raw commit of the rows, ${batch} at once`, ratePerSecond });
  const limit = Math.min(median(bare), commits[200]!);
  report.add({
    name: 'accept only, closed loop',
    ratePerSecond: median(rates),
    ratio: { value: median(rates) / limit, of: 'of the lower limit' },
    cpuUs: { total: cpuUs.total / events, main: cpuUs.main / events },
    verified: { text: `${accepted}/${events} answered 202`, ok: accepted === events },
  });

  const ratePerSecond = Math.round(median(rates) * 0.7);
  const load = loadFor(machine.ms(5000));
  const open = await machine.generate({
    ...load,
    pace: { ratePerSecond },
    events: Math.floor((ratePerSecond * load.durationMs) / 1000),
  });
  report.add({
    name: 'accept only, open loop at 70 %',
    ratePerSecond,
    latency: open.latency,
    verified: { text: `${open.accepted}/${open.events} answered 202`, ok: open.accepted === open.events },
  });
  await server.stop();
}

export function rateOf(sent: { events: number; startMs: number; endMs: number }): number {
  return (sent.events * 1000) / (sent.endMs - sent.startMs);
}
