/*
 * Scale on paper: what layouts of nodes and databases carry, from what one event costs. A layout is a few stations that every event
 * passes; the busiest of them is the limit. The figures of the measurement go in, a simulation of the same stations checks that the
 * limit can be held, and how long events wait below it. `npm run scale -- --database-us 90` does the sum with other figures.
 */

/** Of one event with one delivery. */
export interface Costs {
  /** CPU time of a node: in all, and on its main thread, which is the part that cannot be shared. */
  nodeUs: number;
  nodeMainUs: number;
  /** CPU time of PostgreSQL's processes. */
  databaseUs: number;
  /** What PostgreSQL writes to its log. */
  logBytes: number;
  /** The main thread of a process that has its store in a file. */
  fileMainUs: number;
}

/** From a run of the workload `postgres` with two nodes, rounded up; the last from decision 9. docs/operating/scale.md says on what machine. */
export const measured: Costs = {
  nodeUs: 285,
  nodeMainUs: 190,
  databaseUs: 180,
  logBytes: 3000,
  fileMainUs: 86,
};

export interface Layout {
  name: string;
  shards: number;
  /** Of each shard; 0 cores: the store is a file of the node. */
  nodes: number;
  databaseCores: number;
}

export const layouts: Layout[] = [
  { name: 'one process on SQLite', shards: 1, nodes: 1, databaseCores: 0 },
  { name: '1 node, PostgreSQL with 2 cores', shards: 1, nodes: 1, databaseCores: 2 },
  { name: '2 nodes, PostgreSQL with 2 cores', shards: 1, nodes: 2, databaseCores: 2 },
  { name: '4 nodes, PostgreSQL with 4 cores', shards: 1, nodes: 4, databaseCores: 4 },
  { name: '10 nodes, PostgreSQL with 16 cores', shards: 1, nodes: 10, databaseCores: 16 },
  { name: '4 shards of 4 nodes and 4 cores', shards: 4, nodes: 4, databaseCores: 4 },
  { name: '16 shards of 10 nodes and 16 cores', shards: 16, nodes: 10, databaseCores: 16 },
];

/** How busy a station may be so that a peak does not become a queue. */
const busyShare = 0.7;
/** What a disk takes in a row, with other things to do. */
const logBytesPerSecond = 200_000_000;
/** Accounts differ: the n-th largest has 1/n of what the largest has, and a shard has all of an account. */
const accounts = 10_000;

/** What an event passes, one after another: servers side by side, and the time of one of them. */
interface Station {
  name: 'node' | 'database' | 'log';
  servers: number;
  us: number;
  /** Whether each server has a queue of its own, as nodes behind a load balancer do, or all have one. */
  apart: boolean;
}

/** Of one shard. */
function stationsOf({ nodes, databaseCores }: Layout, costs: Costs): Station[] {
  if (databaseCores === 0) return [{ name: 'node', servers: 1, us: costs.fileMainUs, apart: true }];
  return [
    { name: 'node', servers: nodes, us: costs.nodeMainUs, apart: true },
    { name: 'database', servers: databaseCores, us: costs.databaseUs, apart: false },
    { name: 'log', servers: 1, us: (costs.logBytes / logBytesPerSecond) * 1e6, apart: false },
  ];
}

/** Events per second that a layout carries, which station is the limit, and the busiest shard's part of the events. */
export function carried(
  layout: Layout,
  costs: Costs,
): { perSecond: number; by: Station['name']; part: number } {
  const rates = stationsOf(layout, costs).map(({ name, servers, us }) => ({
    name,
    rate: (servers * 1e6) / us,
  }));
  const least = rates.reduce((a, b) => (b.rate < a.rate ? b : a));
  const part = busiestPart(layout.shards);
  return { perSecond: (least.rate * busyShare) / part, by: least.name, part };
}

/** The largest accounts first, each to the shard that has least so far: as good as accounts can be placed. */
function busiestPart(shards: number): number {
  const loads = new Float64Array(shards);
  let sum = 0;
  for (let n = 1; n <= accounts; n += 1) {
    loads[loads.indexOf(Math.min(...loads))]! += 1 / n;
    sum += 1 / n;
  }
  return Math.max(...loads) / sum;
}

const simulatedEvents = 50_000;

/** Milliseconds that 99 % of the events of the busiest shard wait at most, when so many come in a second, at random moments. */
export function waitP99Ms(layout: Layout, costs: Costs, perSecond: number): number {
  const random = randomFrom(1);
  const stations = stationsOf(layout, costs).map((one) => ({
    ...one,
    freeUs: new Float64Array(one.servers),
  }));
  const everyUs = 1e6 / (perSecond * busiestPart(layout.shards));
  const waits = new Float64Array(simulatedEvents);
  let arrivesUs = 0;
  for (let n = 0; n < simulatedEvents; n += 1) {
    arrivesUs -= Math.log(1 - random()) * everyUs;
    let atUs = arrivesUs;
    for (const { servers, us, apart, freeUs } of stations) {
      const server = apart ? Math.floor(random() * servers) : freeUs.indexOf(Math.min(...freeUs));
      const startUs = Math.max(atUs, freeUs[server]!);
      waits[n]! += startUs - atUs;
      atUs = startUs + us;
      freeUs[server] = atUs;
    }
  }
  return waits.sort()[Math.ceil(simulatedEvents * 0.99) - 1]! / 1000;
}

/** The same numbers in every run: a linear congruence is random enough for arrivals. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The table of docs/operating/scale.md. */
export function renderScale(costs: Costs): string {
  const lines = layouts.map((layout) => {
    const { perSecond, by, part } = carried(layout, costs);
    const waits = [1, 0.95 / busyShare].map(
      (more) => `${waitP99Ms(layout, costs, perSecond * more).toFixed(1)} ms`,
    );
    const cores =
      layout.databaseCores === 0 ? '' : ((perSecond * (costs.nodeUs + costs.databaseUs)) / 1e6).toFixed(1);
    const megabytes =
      layout.databaseCores === 0 ? '' : `${((perSecond * part * costs.logBytes) / 1e6).toFixed(0)} MB/s`;
    const rate = (Math.floor(perSecond / 100) * 100).toLocaleString('en');
    return `| ${[layout.name, rate, by, ...waits, cores, megabytes].join(' | ')} |`;
  });
  return [
    '| layout | carries, events/s | limit | waits at that, p99 | waits at 95 % busy, p99 | cores busy | log of a database |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}
