import { Claims, claimTake } from '../claims.ts';
import { eventId, eventText } from '../event.ts';
import { unnestClient, unnestRate } from '../limits/unnest-commit.ts';
import type { Machine, Measured } from '../machine.ts';
import { holdSnapshot, type Postgres, writeHistory } from '../postgres.ts';
import { cpuOf } from '../processes.ts';
import { type Report, type Row, verifiedOf } from '../report.ts';
import type { Server } from '../server.ts';
import { median } from '../summary.ts';

const endpoints = 16;
/** Of the limit's statements. */
const batch = 200;
/** Enough publishers at once for statements of that size. */
const connections = 256;
/** Events accepted and not yet received, at most. */
const window = 1024;
/** A rate that is never reached. */
const perSecond = 1000;

/** One way of running the same load, measured in turn with the others. */
interface Case {
  name: string;
  nodes: Server[];
  /** Which endpoints the events are for: `rated` ones are never served from memory, every delivery is claimed. */
  way: 'http' | 'rated';
  held: boolean;
  rates: number[];
  /** Of all nodes, on their main threads, and of the database's processes; in microseconds per event. */
  nodeUs: number[];
  mainUs: number[];
  databaseUs: number[];
  logBytes: number[];
  measured: Measured[];
}

/** Nodes on a PostgreSQL server next to bare statements on the same one. */
export async function postgres(machine: Machine, report: Report): Promise<void> {
  const server = await machine.postgres();
  await deliveries(machine, report, server);
  await claims(machine, report, server);
}

async function deliveries(machine: Machine, report: Report, postgres: Postgres): Promise<void> {
  const url = await postgres.database();
  const first = await machine.node(url);
  const second = await machine.node(url);
  await prepare(machine, first);
  const one = caseOf('postgres: 1:1, one node', { nodes: [first] });
  const two = caseOf('postgres: 1:1, two nodes', { nodes: [first, second] });
  const held = caseOf('postgres: 1:1, beside a held snapshot', { nodes: [first], held: true });
  const rated = caseOf('postgres: 1:1, every delivery claimed', { nodes: [first], way: 'rated' });
  const ratedHeld = caseOf('postgres: the same beside a held snapshot', {
    nodes: [first],
    way: 'rated',
    held: true,
  });
  const cases = [one, two, held, rated, ratedHeld];
  const warmMs = machine.ms(15_000, 1000);
  for (const each of [one, caseOf('', { nodes: [second] }), rated]) await load(machine, each, warmMs);

  const lean: number[] = [];
  const owed: number[] = [];
  // Open until the end: a session that ends is counted nowhere for a moment, and after it as if others had just used what it used.
  const bareClient = await unnestClient(url);
  for (let round = 0; round < machine.rounds; round += 1) {
    for (const rates of [lean, owed]) {
      const bare = { run: machine.nextRun(), batch, durationMs: machine.ms(4000), lean: rates === lean };
      rates.push(await unnestRate(bareClient, bare));
    }
    for (const each of cases) await measure(machine, each, { postgres, url });
  }
  await bareClient.end();
  report.add({
    name: `limit: raw unnest insert and settle, ${batch} at once`,
    ratePerSecond: median(lean),
  });
  report.add({
    name: 'limit: the same with a row for what is owed',
    ratePerSecond: median(owed),
    note: `1:1, one node, is ${(median(one.rates) / median(owed)).toFixed(2)} of it`,
  });
  report.add({ ...rowOf(one), ...atLeast(median(one.rates) / median(lean), 'of raw unnest', 0.35) });
  const cost = ({ nodeUs, databaseUs }: Case): number => median(nodeUs) + median(databaseUs);
  report.add({ ...rowOf(two), ...atMost(cost(two) / cost(one), 'of the CPU with one', 1.2) });
  report.add({
    ...rowOf(held),
    ...atLeast(median(held.rates) / median(one.rates), 'of the rate without', 0.8),
  });
  report.add(rowOf(rated));
  report.add({
    ...rowOf(ratedHeld),
    ...atLeast(median(ratedHeld.rates) / median(rated.rates), 'of the rate without', 0.8),
  });
  for (const node of [first, second]) await node.stop();
}

/** Claims with a history and without, and beside a held snapshot, all from databases that were one. */
async function claims(machine: Machine, report: Report, postgres: Postgres): Promise<void> {
  const history = machine.quick ? 200_000 : 5_000_000;
  const url = await postgres.database();
  const node = await machine.node(url);
  await prepare(machine, node);
  await fill(node, machine.nextRun());
  await node.stop();
  const urls = { history: await postgres.database(url), held: await postgres.database(url) };
  await writeHistory(urls.history, history);

  const empty = await Claims.open(url);
  const full = await Claims.open(urls.history);
  const held = await Claims.open(urls.held);
  const letGo = await holdSnapshot(urls.held);
  const each = [empty, full, held];
  const cycles = machine.quick ? 60 : 600;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    for (const one of each) await one.cycle();
    // Until then statements are planned and pages read for the first time.
    if (cycle === cycles / 6) for (const one of each) one.medianUs();
  }
  const [emptyUs, fullUs, heldUs] = each.map((one) => one.medianUs()) as [number, number, number];
  await letGo();
  for (const one of each) await one.close();
  const noteOf = (us: number): string =>
    `${us.toFixed(1)} µs a claimed delivery, ${emptyUs.toFixed(1)} with neither`;
  report.add({
    name: `postgres: claims beside ${history.toLocaleString('en')} finished`,
    ...atMost(fullUs / emptyUs, 'of an empty table', 1.2),
    note: noteOf(fullUs),
  });
  // What was claimed and given back since the snapshot is passed over by every claim.
  const passed = (cycles * claimTake * 7) / 12;
  report.add({
    name: 'postgres: claims beside a held snapshot',
    ratio: { value: heldUs / emptyUs, of: 'of none' },
    note: `${noteOf(heldUs)}; at the middle ${passed} dead rows before it at each endpoint`,
  });
}

function caseOf(name: string, how: Pick<Case, 'nodes'> & Partial<Pick<Case, 'way' | 'held'>>): Case {
  return {
    name,
    way: 'http',
    held: false,
    ...how,
    rates: [],
    nodeUs: [],
    mainUs: [],
    databaseUs: [],
    logBytes: [],
    measured: [],
  };
}

async function prepare(machine: Machine, node: Server): Promise<void> {
  const { origin } = await machine.receiver();
  await node.createAccount('shop');
  for (let at = 0; at < endpoints; at += 1)
    await node.createEndpoint({ url: `${origin}/e/${at}`, events: [`http.${at}`] }, 'shop');
  for (let at = 0; at < endpoints; at += 1)
    await node.createEndpoint(
      { url: `${origin}/e/${at}`, events: [`rated.${at}`], rateLimit: { perSecond } },
      'shop',
    );
}

/** Deliveries for every endpoint that are due in an hour. */
async function fill(node: Server, run: number): Promise<void> {
  const deliverAt = new Date(Date.now() + 3_600_000);
  for (let at = 0; at < endpoints; at += 1) {
    const texts = Array.from({ length: batch }, (_, n) =>
      eventText({ type: `http.${at}`, id: eventId(run, at * batch + n), deliverAt }),
    );
    await node.send('POST', '/v1/events/batch', `{"events":[${texts.join(',')}]}`, 'shop');
  }
}

async function load(machine: Machine, { nodes, way }: Case, durationMs: number): Promise<Measured> {
  const run = machine.nextRun();
  const [node] = nodes as [Server];
  const templates = Array.from({ length: endpoints }, (_, at) =>
    node.template({ run, type: `${way}.${at}`, account: 'shop' }),
  );
  const otherPorts = nodes.slice(1).map(({ port }) => port);
  const pace = { window };
  const one = { port: node.port, otherPorts, templates, connections, pace, events: 500_000, durationMs };
  return await machine.measure(one, { expected: { run, fanOut: 1 } });
}

async function measure(
  machine: Machine,
  one: Case,
  { postgres, url }: { postgres: Postgres; url: string },
): Promise<void> {
  const letGo = one.held ? await holdSnapshot(url) : null;
  const before = await usage(one, postgres);
  const { sent, received } = await load(machine, one, machine.ms(10_000, 2000));
  const after = await usage(one, postgres);
  await letGo?.();
  one.nodeUs.push((after.nodes - before.nodes) / sent.events);
  one.mainUs.push((after.main - before.main) / sent.events);
  one.databaseUs.push((after.database - before.database) / sent.events);
  one.logBytes.push((after.logBytes - before.logBytes) / sent.events);
  one.rates.push((received.received * 1000) / (received.lastMs - sent.startMs));
  one.measured.push({ sent, received });
}

async function usage(
  { nodes }: Case,
  postgres: Postgres,
): Promise<{ nodes: number; main: number; database: number; logBytes: number }> {
  const cpus = nodes.map(({ pid }) => cpuOf(pid));
  return {
    nodes: cpus.reduce((sum, { total }) => sum + total, 0),
    main: cpus.reduce((sum, { main }) => sum + main, 0),
    database: postgres.cpuUs,
    logBytes: await postgres.logBytes(),
  };
}

function rowOf(one: Case): Row {
  const verified = one.measured.map(({ sent, received }) => verifiedOf(received, sent.accepted));
  return {
    name: one.name,
    ratePerSecond: median(one.rates),
    cpuUs: { total: median(one.nodeUs), main: median(one.mainUs) },
    verified: { text: verified.map(({ text }) => text).join(' '), ok: verified.every(({ ok }) => ok) },
    note: `database ${median(one.databaseUs).toFixed(0)} µs and ${(median(one.logBytes) / 1000).toFixed(1)} KB of log an event`,
  };
}

function atLeast(value: number, of: string, least: number): Pick<Row, 'ratio' | 'target'> {
  return { ratio: { value, of }, target: { text: `≥ ${least}`, met: value >= least } };
}

function atMost(value: number, of: string, most: number): Pick<Row, 'ratio' | 'target'> {
  return { ratio: { value, of }, target: { text: `≤ ${most}`, met: value <= most } };
}
