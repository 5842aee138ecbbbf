import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { nowMs } from '../clock.ts';
import type { Machine } from '../machine.ts';
import { commonWord, rareWord, referenceOf, type Shop, typeOf, writePast } from '../past.ts';
import { writePastInto } from '../past-postgres.ts';
import { queryOn } from '../postgres.ts';
import type { Report } from '../report.ts';
import type { Server } from '../server.ts';
import { median } from '../summary.ts';

/** A list may take so many times what it takes with a thousand events; below a millisecond nobody looks. */
const mostTimes = 3;
const leastMs = 1;
/** From this on a ratio is measured with so many times as many rounds. */
const looksLong = 2;
const moreRounds = 5;
/** A search for text answers its first page within this time. */
const searchMs = 1000;
const endpoints = 20;
const few = 1000;

interface Past {
  server: Server;
  events: number;
  shop: Shop & { endpointIds: string[] };
}

type Numbers = Pick<Shop, 'accountNo' | 'endpointNos'>;

/** Where a past lies, and how it gets there while its server is stopped. */
interface Kept {
  name: string;
  database(events: number): Promise<string>;
  numbersIn(database: string): Promise<Numbers>;
  write(database: string, events: number, shop: Shop): Promise<void>;
}

/** The lists of the dashboard on SQLite. */
export async function lists(machine: Machine, report: Report): Promise<void> {
  await compare(machine, report, {
    name: 'lists',
    database: async (events) => join(machine.folder, `past-${events}.db`),
    numbersIn: async (file) => numbersIn(file),
    write: async (...past) => writePast(...past),
  });
}

/** The same on PostgreSQL. */
export async function listsOnPostgres(machine: Machine, report: Report): Promise<void> {
  const postgres = await machine.postgres();
  await compare(machine, report, {
    name: 'lists on PostgreSQL',
    database: () => postgres.database(),
    numbersIn: numbersOn,
    write: writePastInto,
  });
}

/** Every combination of filters, over a short past and a long one, in turn. */
async function compare(machine: Machine, report: Report, kept: Kept): Promise<void> {
  const many = machine.quick ? 100_000 : 1_000_000;
  const short = await withPast(machine, kept, few);
  const long = await withPast(machine, kept, many);
  const rounds = machine.quick ? 3 : 7;
  for (const [name, filters] of Object.entries(filtersOf())) {
    const measured: Measured[] = [];
    for (const filter of filters)
      measured.push(await measure(name, filter, { short, long, rounds, account: 'shop' }));
    tell(report, { name: `${kept.name}: ${name}`, measured, many });
  }
  const measured: Measured[] = [];
  for (const [list, filters] of Object.entries(neighbourFilters()))
    for (const filter of filters)
      measured.push(await measure(list, filter, { short, long, rounds, account: 'default' }));
  tell(report, { name: `${kept.name}: of an account with nothing`, measured, many });
  await short.server.stop();
  await long.server.stop();
}

/** Which value of a past a filter takes; null: the filter is not set. */
type Filter = Record<string, ((past: Past) => string) | string | null>;

interface Measured {
  path: string;
  isSearch: boolean;
  shortMs: number;
  longMs: number;
  ratio: number;
}

const ago = (part: number) => (): string => new Date(Date.now() - part * 86_400_000).toISOString();

/** What an account that has nothing asks for, beside the account that has it all. */
function neighbourFilters(): Record<string, Filter[]> {
  const type = [null, typeOf(3), 'order.*'];
  const since = [null, ago(1)];
  const status = [null, 'delivered', 'dead', 'retrying'];
  return {
    '/v1/deliveries': combinations({ status, eventType: type, since, minAttempts: [null, '3'] }),
    '/v1/dead-letters': combinations({ eventType: type, since }),
    '/v1/events': combinations({ type, since, reference: [null, referenceOf(3)] }),
    '/v1/orders': combinations({ state: [null, 'fulfilled', 'stuck'], overdue: [null, 'true', 'false'] }),
  };
}

function filtersOf(): Record<string, Filter[]> {
  const since = [null, ago(1)];
  const until = [null, ago(0.5)];
  const type = [null, typeOf(3), 'order.*'];
  const orUnheard = [...type, 'order.unheard'];
  const reference = [null, ({ events }: Past) => referenceOf(Math.floor(events / 2))];
  const endpointId = [null, ({ shop }: Past) => shop.endpointIds[1]!];
  const minAttempts = [null, '3'];
  const status = [null, 'delivered', 'dead', 'retrying', 'held', 'cancelled'];
  return {
    '/v1/deliveries': [
      ...combinations({ status, endpointId, eventType: orUnheard, reference, since, until }),
      ...combinations({
        httpStatus: ['404', '5xx'],
        minAttempts,
        status,
        endpointId,
        eventType: type,
        since,
      }),
      ...combinations({ q: [commonWord, rareWord, 'data.none:at all'], status, endpointId }),
      ...combinations({ minAttempts: ['3'], status, endpointId, eventType: type, since }),
    ],
    '/v1/dead-letters': combinations({ endpointId, eventType: type, since }),
    '/v1/events': combinations({
      type: orUnheard,
      reference,
      source: [null, ({ shop }: Past) => shop.sourceId],
      since,
      until,
      q: [null, commonWord, rareWord, 'nowhere to be found', 'data.none:at all'],
    }),
    '/v1/orders': combinations({
      state: [null, 'fulfilled', 'stuck', 'pending'],
      overdue: [null, 'true'],
      flagged: [null, 'true'],
      reference,
      sourceId: [null, ({ shop }: Past) => shop.sourceId],
    }),
  };
}

function combinations(choices: Record<string, Filter[string][]>): Filter[] {
  let all: Filter[] = [{}];
  for (const [name, values] of Object.entries(choices))
    all = all.flatMap((filter) => values.map((value) => ({ ...filter, [name]: value })));
  return all;
}

async function measure(
  list: string,
  filter: Filter,
  { short, long, rounds, account }: { short: Past; long: Past; rounds: number; account: string },
): Promise<Measured> {
  // The least of each: what else the machine does only ever adds. Of hundreds of combinations some come out far from
  // what they are by that alone, so those that look long are measured longer, both pasts alike.
  const isSearch = filter.q != null;
  const leastOf: [number, number] = [Infinity, Infinity];
  const ratio = (): number => leastOf[1] / Math.max(leastOf[0], leastMs);
  for (
    let round = 0;
    round < rounds || (!isSearch && round < rounds * moreRounds && ratio() > looksLong);
    round += 1
  )
    for (const [at, past] of [short, long].entries()) {
      const startMs = nowMs();
      await past.server.call('GET', pathOf(list, filter, past), undefined, account);
      leastOf[at] = Math.min(leastOf[at]!, nowMs() - startMs);
    }
  const [shortMs, longMs] = leastOf;
  return { path: pathOf(list, filter, long), isSearch, shortMs, longMs, ratio: ratio() };
}

function pathOf(list: string, filter: Filter, past: Past): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter))
    if (value !== null) query.set(name, typeof value === 'string' ? value : value(past));
  return `${list}?${query}`;
}

function tell(
  report: Report,
  { name, measured, many }: { name: string; measured: Measured[]; many: number },
): void {
  const named = `${name}, ${many.toLocaleString('en')} by ${few.toLocaleString('en')} events`;
  const browsed = measured.filter(({ isSearch }) => !isSearch);
  const worst = browsed.toSorted((a, b) => b.ratio - a.ratio);
  const past = worst.filter(({ ratio }) => ratio > mostTimes);
  report.add({
    name: named,
    ratio: { value: worst[0]!.ratio, of: 'at worst' },
    target: { text: `≤ ${mostTimes}`, met: past.length === 0 },
    note: `${browsed.length} combinations, half of them ≤ ${median(browsed.map(({ longMs }) => longMs)).toFixed(1)} ms; ${told(worst[0]!)}`,
  });
  for (const one of past.slice(1, 20)) process.stdout.write(`  ${told(one)}\n`);
  const searched = measured.filter(({ isSearch }) => isSearch).toSorted((a, b) => b.longMs - a.longMs);
  if (searched.length === 0) return;
  report.add({
    name: `${name}, text, first page`,
    target: { text: `≤ ${searchMs} ms`, met: searched[0]!.longMs <= searchMs },
    note: `${searched.length} combinations, at worst ${told(searched[0]!)}`,
  });
}

function told({ path, shortMs, longMs }: Measured): string {
  return `${shortMs.toFixed(1)} → ${longMs.toFixed(1)} ms: ${decodeURIComponent(path)}`;
}

/** What the API makes is made by it; the past is written into the file of the server while that is stopped. */
async function withPast(machine: Machine, kept: Kept, events: number): Promise<Past> {
  const database = await kept.database(events);
  const before = await machine.node(database);
  await before.createAccount('shop');
  const endpointIds: string[] = [];
  for (let n = 0; n < endpoints; n += 1)
    endpointIds.push(
      await before.createEndpoint({ url: `https://shop.example/${n}`, events: ['*'] }, 'shop'),
    );
  const source = { name: 'supplier', scheme: 'standard' };
  const { id: sourceId } = await before.call<{ id: string }>('POST', '/v1/sources', source, 'shop');
  await before.stop();
  const shop = { ...(await kept.numbersIn(database)), sourceId };
  const startMs = nowMs();
  await kept.write(database, events, shop);
  process.stdout.write(
    `  ${events.toLocaleString('en')} events written in ${((nowMs() - startMs) / 1000).toFixed(1)} s\n`,
  );
  return { server: await machine.node(database), events, shop: { ...shop, endpointIds } };
}

function numbersIn(file: string): Numbers {
  const db = new DatabaseSync(file);
  const accountNo = Number(db.prepare("SELECT no FROM account WHERE id = 'shop'").get()!.no);
  const rows = db.prepare('SELECT no FROM endpoint WHERE account_no = ? ORDER BY no').all(accountNo);
  db.close();
  return { accountNo, endpointNos: rows.map(({ no }) => Number(no)) };
}

async function numbersOn(url: string): Promise<Numbers> {
  const rows = await queryOn(
    url,
    "SELECT p.account_no, p.no FROM endpoint p JOIN account a ON a.no = p.account_no WHERE a.id = 'shop' ORDER BY p.no",
  );
  return { accountNo: Number(rows[0]!.account_no), endpointNos: rows.map(({ no }) => Number(no)) };
}
