import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type KnownEndpoints, useEndpoints } from '../api/endpoints.ts';
import { linesOf, save } from '../api/export.ts';
import { useList, useMay } from '../api/queries.ts';
import type { Delivery, Replay } from '../api/types.ts';
import { AcceptedSince } from '../parts/accepted-since.tsx';
import { Button } from '../parts/button.tsx';
import { type Choice, ChoiceBox, useChoice } from '../parts/choice.tsx';
import { ChosenDeliveries } from '../parts/chosen-deliveries.tsx';
import { EndpointLink } from '../parts/endpoint-link.tsx';
import { say } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { Status, statusWord } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { counted } from '../words/counts.ts';
import { namedAtMost } from '../words/deliveries.ts';
import { errorWords } from '../words/errors.ts';
import { outcomeOf } from '../words/replays.ts';
import { type Planned, ReplayPlan } from './replay-plan.tsx';

const route = getRouteApi('/dead-letters');
const everyMs = 5000;

interface Cause {
  key: string;
  endpointId: string;
  httpStatus: number | null;
  title: string;
  help: string;
  rows: Delivery[];
}

/** What was given up, grouped by endpoint and cause: who mends the cause replays the group. */
export function DeadLetters() {
  const { since } = route.useSearch();
  const navigate = useNavigate();
  const may = useMay('manage');
  const { id } = useParams({ strict: false });
  const found = useList<Delivery>('/v1/dead-letters', { since, limit: 250 }, { everyMs });
  const endpoints = useEndpoints();
  const [planned, setPlanned] = useState<Planned | null>(null);
  const causes = causesOf(found.rows);
  const choice = useChoice(causes.flatMap(({ rows }) => rows.map((row) => row.id)));
  const more = found.hasNextPage ? '+' : '';
  return (
    <Page
      title="Dead letters"
      acts={
        <>
          {found.rows.length > 0 ? <Download since={since} /> : null}
          {may && found.rows.length > 0 ? (
            <Button
              look="main"
              onClick={() =>
                setPlanned({
                  which: since === undefined ? {} : { since },
                  words: `of this account${since === undefined ? '' : ` accepted since ${since} ago`}, whatever their cause,`,
                })
              }
            >
              Replay all {found.rows.length.toLocaleString()}
              {more} deliveries
            </Button>
          ) : null}
        </>
      }
    >
      <div className="border-b border-line px-4 py-3" data-filter>
        <div className="w-48">
          <AcceptedSince
            orAnyTime
            value={since ?? ''}
            change={(value) =>
              void navigate({
                to: '/dead-letters',
                search: (before) => ({ ...before, since: value || undefined }),
              })
            }
          />
        </div>
      </div>
      <Causes
        found={found}
        causes={causes}
        endpoints={endpoints}
        since={since}
        acts={may ? { plan: setPlanned, choice } : null}
      />
      {may ? <ChosenDeliveries choice={choice} rows={found.rows} endpoints={endpoints} /> : null}
      <Replays openId={id} />
      {planned === null ? null : <ReplayPlan planned={planned} close={() => setPlanned(null)} />}
    </Page>
  );
}

/** All of them, for whoever works through them by other means. */
function Download({ since }: { since: string | undefined }) {
  const download = useMutation({
    mutationFn: () => linesOf('/v1/dead-letters', { since }),
    onSuccess: ({ text, rows, isCut }) => {
      save('dead-letters.ndjson', text);
      say(
        `${counted(rows, 'dead letter', 'dead letters')}${isCut ? '; there are more: choose a later time' : ''}.`,
      );
    },
    onError: (error) => say(error.message, 'bad'),
  });
  return (
    <Button disabled={download.isPending} onClick={() => download.mutate()}>
      {download.isPending ? 'Fetching …' : 'Download as NDJSON'}
    </Button>
  );
}

interface CausesProps {
  found: ReturnType<typeof useList<Delivery>>;
  causes: Cause[];
  endpoints: KnownEndpoints;
  since: string | undefined;
  /** Null for who may only look. */
  acts: { plan: (planned: Planned) => void; choice: Choice } | null;
}

function Causes({ found, causes, endpoints, since, acts }: CausesProps) {
  if (found.isPending) return <Loading what="dead letters" />;
  if (found.isError && causes.length === 0)
    return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (causes.length === 0)
    return (
      <Empty title="No dead letters" act={<Link to="/deliveries">Look at all deliveries</Link>}>
        Deliveries whose every attempt failed would be here, grouped by cause, ready to be sent again.
      </Empty>
    );
  return (
    <ul className="flex flex-col gap-3 p-4">
      {causes.map(({ key, endpointId, httpStatus, title, help, rows }) => (
        <li key={key} className="rounded-md border border-line bg-surface">
          <div className="flex flex-wrap items-start justify-between gap-3 p-3">
            <div className="min-w-0">
              <p className="font-semibold">
                {rows.length.toLocaleString()} × {title}
              </p>
              <p className="text-sm text-muted">{help}</p>
              <p>
                <EndpointLink id={endpointId} endpoints={endpoints} />
              </p>
            </div>
            {acts === null ? null : (
              <span className="flex flex-wrap gap-2">
                <Button onClick={() => acts.choice.choose(rows.map(({ id }) => id))}>
                  Choose these {rows.length.toLocaleString()}
                </Button>
                {endpoints.isGone(endpointId) ? null : (
                  <Button
                    onClick={() =>
                      acts.plan(planOf({ rows, endpointId, httpStatus }, since, endpoints.nameOf(endpointId)))
                    }
                  >
                    {replayWords(rows.length, httpStatus)}
                  </Button>
                )}
              </span>
            )}
          </div>
          <details className="border-t border-line px-3 py-1.5 text-sm">
            <summary>Show them</summary>
            <ul className="py-1">
              {rows.map(({ id, eventType, reference, createdAt }) => (
                <li key={id} data-row className="flex flex-wrap items-center gap-x-4 py-0.5">
                  {acts === null ? null : (
                    <ChoiceBox choice={acts.choice} id={id} name={`${eventType} ${reference ?? ''}`} />
                  )}
                  <Link to="/deliveries/$id" params={{ id }}>
                    {eventType}
                  </Link>
                  <span className="text-muted">{reference}</span>
                  <Time at={createdAt} />
                </li>
              ))}
            </ul>
          </details>
        </li>
      ))}
      {found.hasNextPage ? (
        <li>
          <Button onClick={() => void found.fetchNextPage()}>Look at older ones</Button>
        </li>
      ) : null}
    </ul>
  );
}

function causesOf(rows: Delivery[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const row of rows) {
    const key = `${row.endpointId} ${row.error} ${row.httpStatus}`;
    const words = errorWords(row.error, row.httpStatus) ?? {
      title: 'Given up',
      help: 'It was held for too long.',
    };
    const cause = causes.get(key) ?? {
      key,
      endpointId: row.endpointId,
      httpStatus: row.httpStatus,
      ...words,
      rows: [],
    };
    cause.rows.push(row);
    causes.set(key, cause);
  }
  return [...causes.values()].sort((a, b) => b.rows.length - a.rows.length);
}

/** Those of one cause by their ids; where they are too many, all of their endpoint that were answered so. */
function planOf(
  { rows, endpointId, httpStatus }: Pick<Cause, 'rows' | 'endpointId' | 'httpStatus'>,
  since: string | undefined,
  name: string,
): Planned {
  if (rows.length <= namedAtMost) return { which: { ids: rows.map(({ id }) => id) }, words: `of ${name}` };
  const which = { endpointId, ...(since === undefined ? {} : { since }) };
  if (httpStatus === null) return { which, words: `of ${name}, whatever their cause,` };
  return {
    which: { ...which, httpStatus: String(httpStatus) },
    words: `of ${name} that were answered ${httpStatus}`,
  };
}

function replayWords(count: number, httpStatus: number | null): string {
  if (count <= namedAtMost) return `Replay these ${count.toLocaleString()}`;
  return httpStatus === null ? 'Replay this endpoint’s' : 'Replay all of this cause';
}

function Replays({ openId }: { openId: string | undefined }) {
  const found = useList<Replay>('/v1/replays', { limit: 10 }, { everyMs });
  if (found.rows.length === 0) return null;
  return (
    <section className="flex flex-col gap-2 p-4">
      <h2 className="font-semibold">Replays</h2>
      <ul className="divide-y divide-line rounded-md border border-line bg-surface">
        {found.rows.map(({ id, status, total, done, failed, startedAt }) => (
          <li
            key={id}
            aria-current={id === openId ? 'true' : undefined}
            className="flex flex-wrap items-center gap-x-4 px-3 py-2 text-sm aria-[current=true]:bg-tint"
          >
            <Status is={outcomeOf({ status, done, failed })?.is ?? status} words={statusWord(status)} />
            <Link to="/dead-letters/$id" params={{ id }} search={(before) => before}>
              {counted(total, 'delivery', 'deliveries')}
            </Link>
            <span className="text-muted">
              {done.toLocaleString()} delivered, {failed.toLocaleString()} dead again
            </span>
            <Time at={startedAt} />
          </li>
        ))}
      </ul>
    </section>
  );
}
