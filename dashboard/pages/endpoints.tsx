import { getRouteApi, Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useList, useMay, useOne } from '../api/queries.ts';
import type { Delivery, Endpoint, Page as ListPage, Stats } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Filters, useFilters } from '../parts/filters.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Reason } from '../parts/reason.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { Status, statusWord } from '../parts/status.tsx';
import { Distance } from '../parts/time.tsx';
import { nextRetries, troubleOf } from '../words/health.ts';
import { visible } from '../words/text.ts';
import { NewEndpoint } from './endpoint-form.tsx';

const route = getRouteApi('/endpoints');
const everyMs = 10_000;
const healthEveryMs = 30_000;

const columns: Column<Endpoint>[] = [
  {
    title: 'Endpoint',
    cell: ({ id, url, description, status, statusReason }) => (
      <>
        <Link
          to="/endpoints/$id"
          params={{ id }}
          search={(before) => before}
          className="font-mono text-xs text-text no-underline hover:underline"
        >
          {url}
        </Link>{' '}
        {description === '' ? null : (
          <span className="block truncate text-xs text-muted @4xl:ml-2 @4xl:inline">
            {visible(description)}
          </span>
        )}
        {status === 'active' || statusReason === null ? null : (
          <span className="block text-xs break-words whitespace-normal text-muted">
            <Reason text={statusReason} />
          </span>
        )}
      </>
    ),
  },
  {
    title: 'Status',
    isTight: true,
    cell: (endpoint) => <Standing endpoint={endpoint} />,
  },
  { title: 'Events', isWideOnly: true, cell: ({ events }) => events.join(', ') },
  { title: 'Wire format', isTight: true, isWideOnly: true, cell: ({ profile }) => profile },
  { title: 'Next retry', isTight: true, isWideOnly: true, cell: ({ id }) => <NextRetry id={id} /> },
  { title: 'Last 24 hours', isTight: true, isWideOnly: true, cell: ({ id }) => <Health id={id} /> },
];

/** Who is told, how well that goes, and since when not. */
export function Endpoints() {
  const { status, q } = route.useSearch();
  const filters = useFilters('/endpoints', { status, q });
  const may = useMay('manage');
  const { id } = useParams({ strict: false });
  const [isMaking, setMaking] = useState(false);
  const found = useList<Endpoint>('/v1/endpoints', { limit: 250 }, { everyMs });
  const wanted = q?.toLowerCase() ?? '';
  const rows = found.rows.filter(
    (one) =>
      (status === undefined || one.status === status) &&
      `${one.url} ${one.description} ${one.events.join(' ')}`.toLowerCase().includes(wanted),
  );
  const create = may ? (
    <Button look="main" onClick={() => setMaking(true)}>
      Create endpoint
    </Button>
  ) : null;
  return (
    <Page title="Endpoints" acts={create}>
      <Filters
        filters={filters}
        fields={[
          { name: 'q', label: 'URL, name or event', placeholder: 'shop.example' },
          {
            name: 'status',
            label: 'Status',
            choices: (['active', 'paused', 'disabled'] as const).map((one) => [one, statusWord(one)]),
          },
        ]}
      />
      <List
        what="endpoints"
        found={{ ...found, rows } as typeof found}
        columns={columns}
        rowKey={(row) => row.id}
        selected={id}
        filters={filters}
        empty={{
          title: 'No endpoints yet',
          text: 'An endpoint is a URL that is told of the events it wants, signed and until it has them.',
          act: create,
        }}
      />
      {isMaking ? <NewEndpoint close={() => setMaking(false)} /> : null}
    </Page>
  );
}

function useHealth(id: string): Stats | undefined {
  return useOne<Stats>(`/v1/endpoints/${id}/stats?bucket=1h`, { everyMs: healthEveryMs }).data;
}

/** What it is set to, and where it is active whether it takes what it is sent. */
function Standing({ endpoint }: { endpoint: Endpoint }) {
  const stats = useHealth(endpoint.id);
  const trouble = stats === undefined ? null : troubleOf(endpoint, stats);
  if (trouble === null) return <Status is={endpoint.status} />;
  return (
    <span title={trouble}>
      <Status is="degraded" />
      <span className="sr-only">: {trouble}</span>
    </span>
  );
}

/** All endpoints ask one question, which is asked once. */
function NextRetry({ id }: { id: string }) {
  const retrying = useOne<ListPage<Delivery>>('/v1/deliveries?status=retrying&limit=250', { everyMs }).data;
  if (retrying === undefined) return null;
  const { at, isCut } = nextRetries(retrying);
  const next = at.get(id);
  if (next === undefined) return isCut ? <>?</> : <>–</>;
  return (
    <>
      <Distance at={next} isAhead />
      {isCut ? ' or sooner' : ''}
    </>
  );
}

function Health({ id }: { id: string }) {
  const stats = useHealth(id);
  return stats === undefined ? null : <Sparkline stats={stats} />;
}
