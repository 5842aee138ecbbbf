import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useOne } from '../api/queries.ts';
import type { Delivery, Endpoint, Page as ListPage, Stats } from '../api/types.ts';
import { buttonClass } from '../parts/button.tsx';
import { Page } from '../parts/page.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { Distance } from '../parts/time.tsx';

const Outcomes = lazy(async () => ({ default: (await import('../parts/outcomes.tsx')).Outcomes }));
const everyMs = 10_000;

/** Whether all is well, and if not what is wrong and what mends it. */
export function Overview() {
  const stats = useOne<Stats>('/v1/stats?bucket=30m', { everyMs });
  const endpoints = useOne<ListPage<Endpoint>>('/v1/endpoints?limit=250', { everyMs });
  const dead = useOne<ListPage<Delivery>>('/v1/dead-letters?limit=100', { everyMs });
  const retrying = useOne<ListPage<Delivery>>('/v1/deliveries?status=retrying&limit=100', { everyMs });
  const failed = [stats, endpoints, dead, retrying].find(
    (query) => query.isError && query.data === undefined,
  );
  if (failed?.error) return <Failed error={failed.error} retry={() => void failed.refetch()} />;
  if (!stats.data || !endpoints.data || !dead.data || !retrying.data)
    return (
      <Page title="Overview">
        <Loading what="the overview" />
      </Page>
    );
  if (endpoints.data.data.length === 0 && stats.data.attempts === 0)
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
  const stopped = endpoints.data.data.filter(({ status }) => status !== 'active');
  return (
    <Page title="Overview">
      <div className="flex flex-col gap-6 p-4">
        <Sentence stats={stats.data} dead={dead.data} retrying={retrying.data} stopped={stopped} />
        <Numbers stats={stats.data} retrying={retrying.data} dead={dead.data} />
        <Attention stopped={stopped} dead={dead.data} retrying={retrying.data} />
        <section className="flex flex-col gap-2">
          <h2 className="font-semibold">Attempts of the last 24 hours by outcome</h2>
          <Suspense fallback={<div className="h-56 rounded-md bg-raised" />}>
            <Outcomes stats={stats.data} />
          </Suspense>
        </section>
      </div>
    </Page>
  );
}

type ListOf = ListPage<Delivery>;

function many({ data, nextCursor }: ListOf): string {
  return nextCursor === null ? data.length.toLocaleString() : `more than ${data.length}`;
}

function percent(part: number, of: number): string {
  return of === 0 ? '–' : `${((100 * part) / of).toFixed(part === of ? 0 : 2)} %`;
}

function Sentence(props: { stats: Stats; dead: ListOf; retrying: ListOf; stopped: Endpoint[] }) {
  const { stats, dead, retrying, stopped } = props;
  const isWell = dead.data.length === 0 && stopped.length === 0;
  return (
    <p className="text-lg">
      <span aria-hidden="true" className={isWell ? 'text-good' : 'text-bad'}>
        {isWell ? '● ' : '▲ '}
      </span>
      {isWell ? 'All is well: ' : 'Something needs you: '}
      {stats.delivered.toLocaleString()} deliveries in the last 24 hours,{' '}
      {percent(stats.delivered, stats.attempts)} of the attempts succeeded,{' '}
      {retrying.data.length === 0 ? 'nothing is being retried' : `${many(retrying)} being retried`}
      {dead.data.length === 0 ? '.' : `, ${many(dead)} given up.`}
    </p>
  );
}

function Numbers({ stats, retrying, dead }: { stats: Stats; retrying: ListOf; dead: ListOf }) {
  const latency = stats.latencyMs;
  const all: [string, string][] = [
    ['Delivered', stats.delivered.toLocaleString()],
    ['Success rate', percent(stats.delivered, stats.attempts)],
    ['Latency p50', latency === null ? '–' : `≤ ${latency.p50} ms`],
    ['p95', latency === null ? '–' : `≤ ${latency.p95} ms`],
    ['p99', latency === null ? '–' : `≤ ${latency.p99} ms`],
    ['Being retried', many(retrying)],
    ['Dead letters', many(dead)],
  ];
  return (
    <dl className="flex flex-wrap gap-px overflow-hidden rounded-md border border-line bg-line">
      {all.map(([name, value]) => (
        <div key={name} className="grow basis-32 bg-surface p-3">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="text-xl font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const shownAtMost = 5;

function Attention({ stopped, dead, retrying }: { stopped: Endpoint[]; dead: ListOf; retrying: ListOf }) {
  const navigate = useNavigate();
  if (stopped.length + dead.data.length + retrying.data.length === 0) return null;
  const next = retrying.data
    .flatMap(({ nextAttemptAt }) => nextAttemptAt ?? [])
    .sort()
    .at(0);
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold">What needs attention</h2>
      <ul className="divide-y divide-line rounded-md border border-line bg-surface">
        {stopped.slice(0, shownAtMost).map(({ id, url, status, statusReason }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 p-3">
            <Status is={status} />
            <Link to="/endpoints/$id" params={{ id }} className="min-w-0 font-mono text-xs break-all">
              {url}
            </Link>
            <span className="text-sm text-muted">{statusReason}</span>
          </li>
        ))}
        {stopped.length > shownAtMost ? (
          <li className="p-3">
            <Link to="/endpoints">All {stopped.length} endpoints that are stopped</Link>
          </li>
        ) : null}
        {dead.data.length > 0 ? (
          <li className="flex flex-wrap items-center justify-between gap-2 p-3">
            <span>
              <Status is="dead" /> <span className="ml-2">{many(dead)} deliveries were given up.</span>
            </span>
            <button
              type="button"
              className={buttonClass('plain')}
              onClick={() => void navigate({ to: '/dead-letters' })}
            >
              Look at dead letters
            </button>
          </li>
        ) : null}
        {retrying.data.length > 0 ? (
          <li className="flex flex-wrap items-center justify-between gap-2 p-3">
            <span>
              <Status is="retrying" />{' '}
              <span className="ml-2">{many(retrying)} failed and will be tried again</span>
              {next === undefined ? null : (
                <>
                  , the next <Distance at={next} />
                </>
              )}
              .
            </span>
            <Link to="/deliveries" search={{ status: 'retrying' }} className={buttonClass('plain')}>
              Look at them
            </Link>
          </li>
        ) : null}
      </ul>
    </section>
  );
}
