import { eventTemplate, type Template } from '../event.ts';
import type { Load } from '../generator.ts';
import type { Machine, Measured } from '../machine.ts';
import { cpuOf, cpuSince } from '../processes.ts';
import { type Report, type Row, verifiedOf } from '../report.ts';
import type { Server } from '../server.ts';
import { median } from '../summary.ts';
import { rateOf } from './accept.ts';

/** Endpoints with their default settings, each with an event type of its own; enough that no endpoint's concurrency is the limit. */
const endpoints = 16;
/** Publishers at once. Each waits for its answer, so with few of them the server's threads wait for each other in turn. */
const connections = 256;
/** Of the bare loops and the sketch, to the receiver. */
const bareConnections = 64;
/** Events accepted and not yet received, at most, in the closed loop. */
const window = 1024;
/** How much of the offered rate may be outstanding at the end for it to count as held, in seconds. */
const backlogS = 0.25;

/** What takes events in: a server, or the sketch of one. */
type Target = Pick<Server, 'pid' | 'port' | 'template'>;

interface Case {
  name: string;
  scheme: 'http' | 'https';
  server: Target;
  rates: number[];
  cpuUs: { total: number; main: number };
  measured: Measured[];
}

/** Every event goes to one endpoint: at most how many in a second without a growing queue, and how soon they arrive. */
export async function oneToOne(machine: Machine, report: Report): Promise<void> {
  const quiet = await machine.server('warn');
  const logging = await machine.server('info');
  const cases: Case[] = [
    caseOf('1:1', 'http', quiet),
    caseOf('1:1 over TLS, connections warm', 'https', quiet),
    caseOf('1:1 with a log line per event and attempt', 'http', logging),
  ];
  const sketch = caseOf('limit: sketch of the whole way', 'http', await sketched(machine));
  await prepare(machine, quiet, ['http', 'https']);
  await prepare(machine, logging, ['http']);
  // Long enough for the compilers to come to rest: they take a seventh of a server's time in its first ten seconds.
  for (const one of [...cases, sketch]) await closedLoop(machine, one, machine.ms(15_000, 500));

  await machine.bareClient('http', bareLoad(machine));
  const bare: number[] = [];
  const bareTls: number[] = [];
  const usual: number[] = [];
  const bareUs: number[] = [];
  for (const one of cases) one.measured = [];
  for (let round = 0; round < machine.rounds; round += 1) {
    const limit = await machine.bareClient('http', bareLoad(machine));
    bare.push(rateOf(limit.sent));
    bareUs.push(limit.sent.cpuUs / limit.sent.events);
    usual.push(rateOf((await machine.bareClient('http', bareLoad(machine), 'request')).sent));
    bareTls.push(rateOf((await machine.bareClient('https', bareLoad(machine))).sent));
    for (const one of [...cases, sketch]) await countedLoop(machine, one);
  }
  const [plain, tls, logged] = cases as [Case, Case, Case];
  report.add({
    name: 'limit: bare undici dispatch with HMAC',
    ratePerSecond: median(bare),
    cpuUs: { total: median(bareUs), main: median(bareUs) },
  });
  report.add({ name: 'limit: the same by undici request', ratePerSecond: median(usual) });
  report.add({ name: 'limit: the same by dispatch over TLS, warm', ratePerSecond: median(bareTls) });
  const ofBare = { value: median(sketch.rates) / median(bare), of: 'of bare undici' };
  report.add({ ...rowOf(sketch), ratio: ofBare });
  report.add({ ...rowOf(plain), ...ratioOf(median(plain.rates) / median(bare), 'of bare undici', 0.25) });
  report.add({ ...rowOf(tls), ...ratioOf(median(tls.rates) / median(plain.rates), 'of 1:1 plain', 0.8) });
  report.add({ ...rowOf(logged), ...ratioOf(median(logged.rates) / median(bare), 'of bare undici', 0.2) });
  await logging.stop();
  await openLoop(machine, report, { server: quiet, from: median(plain.rates), bare: median(bare) });
  await atOneThousand(machine, report, quiet);
  await quiet.stop();
}

async function sketched(machine: Machine): Promise<Target> {
  const { pid, port } = await machine.sketch(bareConnections);
  const template = (input: { run: number; type: string }): Template =>
    eventTemplate({ ...input, host: `127.0.0.1:${port}`, path: '/v1/events', headers: {} });
  return { pid, port, template };
}

function caseOf(name: string, scheme: 'http' | 'https', server: Target): Case {
  return { name, scheme, server, rates: [], cpuUs: { total: 0, main: 0 }, measured: [] };
}

function bareLoad(machine: Machine): { connections: number; events: number; durationMs: number } {
  return { connections: bareConnections, events: 500_000, durationMs: machine.ms(2000, 700) };
}

/** Event types `http.0`, `http.1`, … each lead to one endpoint. */
async function prepare(machine: Machine, server: Server, schemes: ('http' | 'https')[]): Promise<void> {
  await server.createAccount('shop');
  for (const scheme of schemes) {
    const { origin } = await machine.receiver(scheme);
    for (let at = 0; at < endpoints; at += 1)
      await server.createEndpoint({ url: `${origin}/e/${at}`, events: [`${scheme}.${at}`] }, 'shop');
  }
}

function loadOf(
  server: Target,
  scheme: string,
  run: number,
): Pick<Load, 'port' | 'templates' | 'connections'> {
  const templates = Array.from({ length: endpoints }, (_, at) =>
    server.template({ run, type: `${scheme}.${at}`, account: 'shop' }),
  );
  return { port: server.port, templates, connections };
}

async function closedLoop(machine: Machine, { server, scheme }: Case, durationMs: number): Promise<Measured> {
  const run = machine.nextRun();
  const load = { ...loadOf(server, scheme, run), pace: { window }, events: 500_000, durationMs };
  return await machine.measure(load, { expected: { run, fanOut: 1 }, scheme });
}

async function countedLoop(machine: Machine, one: Case): Promise<void> {
  // What has rested while the others were measured has given memory and compiled code back, and makes them anew in its first seconds.
  await closedLoop(machine, one, machine.ms(4000, 300));
  const before = cpuOf(one.server.pid);
  const measured = await closedLoop(machine, one, machine.ms(3000, 1000));
  const used = cpuSince(one.server.pid, before);
  const { sent, received } = measured;
  one.cpuUs.total += used.total;
  one.cpuUs.main += used.main;
  one.measured.push(measured);
  one.rates.push((received.received * 1000) / (received.lastMs - sent.startMs));
}

function rowOf({ name, rates, cpuUs, measured }: Case): Row {
  const sum = (of: (one: Measured) => number): number => measured.reduce((total, one) => total + of(one), 0);
  const events = sum((one) => one.sent.events);
  const all = {
    ...measured[0]!.received,
    received: sum((one) => one.received.received),
    duplicates: sum((one) => one.received.duplicates),
    missing: sum((one) => one.received.missing),
    badSignatures: sum((one) => one.received.badSignatures),
    checkedSignatures: sum((one) => one.received.checkedSignatures),
  };
  return {
    name,
    ratePerSecond: median(rates),
    cpuUs: { total: cpuUs.total / events, main: cpuUs.main / events },
    verified: verifiedOf(all, events),
    note: `generator ${(sum((one) => one.sent.cpuUs) / events).toFixed(0)} µs an event`,
  };
}

function ratioOf(value: number, of: string, least: number): Pick<Row, 'ratio' | 'target'> {
  return { ratio: { value, of }, target: { text: `≥ ${least}`, met: value >= least } };
}

/** The highest offered rate that is held: what is outstanding when the last event was sent is gone in a moment. */
async function openLoop(
  machine: Machine,
  report: Report,
  { server, from, bare }: { server: Server; from: number; bare: number },
): Promise<void> {
  for (const share of machine.quick ? [0.7] : [1, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5]) {
    const ratePerSecond = Math.round(from * share);
    const { sent, received } = await paced(machine, server, ratePerSecond, machine.ms(4000, 1500));
    const lateMs = received.lastMs - (sent.startMs + (sent.events * 1000) / ratePerSecond);
    const isHeld = lateMs < backlogS * 1000 && received.latency.p99 < backlogS * 1000;
    if (!isHeld && share > 0.5 && !machine.quick) continue;
    report.add({
      name: `1:1, open loop, ${isHeld ? 'held' : 'not held'}`,
      ratePerSecond,
      ...ratioOf(ratePerSecond / bare, 'of bare undici', 0.25),
      latency: received.latency,
      verified: verifiedOf(received, sent.accepted),
    });
    return;
  }
}

async function paced(
  machine: Machine,
  server: Server,
  ratePerSecond: number,
  durationMs: number,
): Promise<Measured> {
  const run = machine.nextRun();
  const events = Math.floor((ratePerSecond * durationMs) / 1000);
  const load = { ...loadOf(server, 'http', run), pace: { ratePerSecond }, events, durationMs };
  return await machine.measure(load, { expected: { run, fanOut: 1 } });
}

/** At a thousand a second, next to bare commits at the same pace: in turn, medians. */
async function atOneThousand(machine: Machine, report: Report, server: Server): Promise<void> {
  const ratePerSecond = 1000;
  const durationMs = machine.ms(4000, 1500);
  const commits = [];
  const measured: Measured[] = [];
  for (let round = 0; round < machine.rounds; round += 1) {
    commits.push(await machine.commitPaced(ratePerSecond, durationMs));
    measured.push(await paced(machine, server, ratePerSecond, durationMs));
  }
  const middle = <T extends { p99: number }>(all: T[]): T =>
    all.toSorted((a, b) => a.p99 - b.p99)[all.length >> 1]!;
  const commit = middle(commits);
  const latency = middle(measured.map((one) => one.received.latency));
  const bound = Math.max(15, 3 * commit.p99);
  const verified = measured.map((one) => verifiedOf(one.received, one.sent.accepted));
  report.add({ name: 'limit: raw group commit', ratePerSecond, latency: commit });
  report.add({
    name: '1:1, open loop, due → received',
    ratePerSecond,
    latency,
    target: { text: `p99 < ${bound.toFixed(1)} ms`, met: latency.p99 < bound },
    verified: { text: verified.map(({ text }) => text).join(' '), ok: verified.every(({ ok }) => ok) },
  });
}
