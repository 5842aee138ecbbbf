import type { Machine } from '../machine.ts';
import { cpuOf, cpuSince } from '../processes.ts';
import { type Report, verifiedOf } from '../report.ts';
import { rateOf } from './accept.ts';

const fanOut = 100;

/** Every event goes to a hundred endpoints. */
export async function fanOutToHundred(machine: Machine, report: Report): Promise<void> {
  const server = await machine.server();
  const { origin } = await machine.receiver();
  await server.createAccount('shop');
  for (let at = 0; at < fanOut; at += 1)
    await server.createEndpoint({ url: `${origin}/e/${at}`, events: ['order.created'] }, 'shop');
  const loop = async (durationMs: number) => {
    const run = machine.nextRun();
    const templates = [server.template({ run, type: 'order.created', account: 'shop' })];
    const load = {
      port: server.port,
      templates,
      connections: 8,
      pace: { window: 8 },
      events: 10_000,
      durationMs,
    };
    return await machine.measure(load, { expected: { run, fanOut } });
  };
  await loop(machine.ms(2000, 500));
  const limit = await machine.bareClient('http', {
    connections: 64,
    events: 500_000,
    durationMs: machine.ms(2000, 700),
  });
  const before = cpuOf(server.pid);
  const { sent, received } = await loop(machine.ms(5000, 1500));
  const used = cpuSince(server.pid, before);
  const ratePerSecond = (received.received * 1000) / (received.lastMs - sent.startMs);
  report.add({
    name: `1:${fanOut}, deliveries`,
    ratePerSecond,
    ratio: { value: ratePerSecond / rateOf(limit.sent), of: 'of bare undici' },
    cpuUs: { total: used.total / received.received, main: used.main / received.received },
    verified: verifiedOf(received, sent.accepted * fanOut),
  });
  await server.stop();
}
