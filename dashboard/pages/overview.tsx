import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback } from 'react';
import type { Alert } from '../api/alert.ts';
import { withQuery } from '../api/client.ts';
import { useOne } from '../api/queries.ts';
import type { Delivery, Endpoint, Page as ListPage, Stats } from '../api/types.ts';
import { Button, buttonClass } from '../parts/button.tsx';
import { Page } from '../parts/page.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { durationWords, Time } from '../parts/time.tsx';
import { needsSomebody } from '../words/alerts.ts';
import { countedOn } from '../words/counts.ts';
import { bucketOf, readSpan } from '../words/span.ts';
import { Attention, type Trouble } from './attention.tsx';

const route = getRouteApi('/');
const History = lazy(async () => ({ default: (await import('../parts/history.tsx')).History }));
const everyMs = 10_000;

/** Whether all is well, and if not what is wrong and what mends it. */
export function Overview() {
  const { since, until } = route.useSearch();
  const navigate = useNavigate();
  const bucket = bucketOf(readSpan({ since, until }, Date.now()));
  const stats = useOne<Stats>(withQuery('/v1/stats', { since, until, bucket: bucket.text }), { everyMs });
  const endpoints = useOne<ListPage<Endpoint>>('/v1/endpoints?limit=250', { everyMs });
  const dead = useOne<ListPage<Delivery>>('/v1/dead-letters?limit=100', { everyMs });
  const retrying = useOne<ListPage<Delivery>>('/v1/deliveries?status=retrying&limit=100', { everyMs });
  const alerts = useOne<ListPage<Alert>>('/v1/alerts?status=open&limit=100', { everyMs });
  const select = useCallback(
    (from: string, to: string): void => void navigate({ to: '/', search: { since: from, until: to } }),
    [navigate],
  );
  const failed = [stats, endpoints, dead, retrying, alerts].find(
    (query) => query.isError && query.data === undefined,
  );
  if (failed?.error) return <Failed error={failed.error} retry={() => void failed.refetch()} />;
  if (!stats.data || !endpoints.data || !dead.data || !retrying.data || !alerts.data)
    return (
      <Page title="Overview">
        <Loading what="the overview" />
      </Page>
    );
  if (endpoints.data.data.length === 0 && stats.data.attempts === 0 && alerts.data.data.length === 0)
    return <Nothing />;
  const lateOrders = stats.data.orders?.late ?? 0;
  const left = { dead: dead.data, lateOrders };
  const trouble: Trouble = {
    alerts: alerts.data.data.filter((alert) => needsSomebody(alert, left)),
    dead: dead.data,
    retrying: retrying.data,
    stopped: endpoints.data.data.filter(({ status }) => status !== 'active'),
    lateOrders,
  };
  return (
    <Page title="Overview">
      <div className="flex max-w-[1800px] flex-col gap-6 p-4">
        <Sentence stats={stats.data} trouble={trouble} isWholeDay={since === undefined} />
        <Attention trouble={trouble} />
        <Numbers stats={stats.data} trouble={trouble} />
        {since === undefined && until === undefined ? null : <Chosen since={since} until={until} />}
        <Suspense fallback={<div className="h-56 rounded-md bg-raised" />}>
          <History stats={stats.data} bucketMs={bucket.ms} select={select} />
        </Suspense>
      </div>
    </Page>
  );
}

function Nothing() {
  return (
    <Page title="Overview">
      <Empty
        title="Nobody is told anything yet"
        act={
          <Link to="/endpoints" className={buttonClass('main')}>
            Create an endpoint
          </Link>
        }
      >
        An endpoint is a URL that wants to hear of events. Make one, send it a test event, and what happens
        shows here.
      </Empty>
    </Page>
  );
}

function percent(part: number, of: number): string {
  return of === 0 ? '–' : `${((100 * part) / of).toFixed(part === of ? 0 : 2)} %`;
}

function waitingWords({ oldestDueAt }: Stats): string {
  if (oldestDueAt == null) return 'no delivery is late';
  const waitedMs = Math.max(1000, Date.now() - Date.parse(oldestDueAt));
  return `no delivery is late by more than ${durationWords(waitedMs)}`;
}

function Sentence(props: { stats: Stats; trouble: Trouble; isWholeDay: boolean }) {
  const { stats, trouble, isWholeDay } = props;
  const { alerts, dead, retrying, stopped, lateOrders } = trouble;
  const isWell =
    alerts.length + dead.data.length + lateOrders === 0 &&
    !stopped.some(({ status }) => status === 'disabled');
  // What failed mends itself, perhaps: nobody has to act yet, but well it is not.
  const [color, sign, words] = !isWell
    ? ['text-bad', '▲ ', 'Something needs you. ']
    : retrying.data.length > 0
      ? ['text-warn', '↻ ', 'Some are being retried. ']
      : ['text-good', '● ', 'All is well: '];
  return (
    <p className="text-lg">
      <span aria-hidden="true" className={color}>
        {sign}
      </span>
      {words}
      {stats.delivered.toLocaleString()} delivered {isWholeDay ? 'in the last 24 hours' : 'in this span'},{' '}
      {percent(stats.delivered, stats.attempts)} of the attempts succeeded, {waitingWords(stats)}.
    </p>
  );
}

function Numbers({ stats, trouble }: { stats: Stats; trouble: Trouble }) {
  const latency = stats.latencyMs;
  const ms = (share: 'p50' | 'p95' | 'p99'): string => (latency === null ? '–' : `≤ ${latency[share]} ms`);
  const { oldestDueAt } = stats;
  const all: [string, string][] = [
    ['Delivered', stats.delivered.toLocaleString()],
    ['Success rate', percent(stats.delivered, stats.attempts)],
    ['Latency p50', ms('p50')],
    ['p95', ms('p95')],
    ['p99', ms('p99')],
    [
      'Oldest that is due',
      oldestDueAt == null ? 'none' : durationWords(Date.now() - Date.parse(oldestDueAt)),
    ],
    ['Being retried', countedOn(trouble.retrying)],
    ['Dead letters', countedOn(trouble.dead)],
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-4 2xl:grid-cols-8">
      {all.map(([name, value]) => (
        <div key={name} className="bg-surface p-3">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="text-xl font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A span that was chosen in the chart, which the address holds. */
function Chosen({ since, until }: { since: string | undefined; until: string | undefined }) {
  const navigate = useNavigate();
  const moment = (text: string) => (Number.isNaN(Date.parse(text)) ? `${text} ago` : <Time at={text} />);
  return (
    <p className="flex flex-wrap items-center gap-3 text-sm">
      <span>
        {since === undefined ? 'The day' : moment(since)} to {until === undefined ? 'now' : moment(until)}
      </span>
      <Link to="/deliveries" search={{ since, until }} className={buttonClass('plain')}>
        Look at its deliveries
      </Link>
      <Button look="quiet" onClick={() => void navigate({ to: '/', search: {} })}>
        Back to the last 24 hours
      </Button>
    </p>
  );
}
