import { getRouteApi, Link, useParams } from '@tanstack/react-router';
import { useList } from '../api/queries.ts';
import type { EventSummary } from '../api/types.ts';
import { CameBy } from '../parts/came-by.tsx';
import { Filters, useFilters } from '../parts/filters.tsx';
import { type Column, List, rowLinkClass } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { SearchHint } from '../parts/search-hint.tsx';
import { Time } from '../parts/time.tsx';

const route = getRouteApi('/events');

const columns: Column<EventSummary>[] = [
  {
    title: 'Event',
    cell: ({ id, type }) => (
      <Link to="/events/$id" params={{ id }} search={(before) => before} className={rowLinkClass}>
        {type}
      </Link>
    ),
  },
  { title: 'Reference', cell: ({ reference }) => reference ?? '–' },
  { title: 'Id', isWideOnly: true, cell: ({ id }) => <span className="font-mono text-xs">{id}</span> },
  { title: 'Came by', isWideOnly: true, cell: (event) => <CameBy event={event} /> },
  {
    title: 'Deliveries',
    isTight: true,
    isWideOnly: true,
    isNumber: true,
    cell: ({ deliveries }) => deliveries,
  },
  { title: 'Accepted', isTight: true, cell: ({ createdAt }) => <Time at={createdAt} isShort /> },
];

/** What happened, newest first. */
export function Events() {
  const { id } = useParams({ strict: false });
  const { type, reference, source, since, until, q } = route.useSearch();
  const query = { type, reference, source, since, until, q };
  const filters = useFilters('/events', query);
  const found = useList<EventSummary>('/v1/events', query);
  return (
    <Page title="Events">
      <Filters
        filters={filters}
        fields={[
          { name: 'type', label: 'Event type', placeholder: 'order.*' },
          { name: 'reference', label: 'Reference', placeholder: 'order number' },
          { name: 'q', label: 'Text in the payload', placeholder: 'data.order.id:123' },
          { name: 'since', label: 'Since', placeholder: '24h, or a time' },
          { name: 'until', label: 'Until', placeholder: '1h, or a time' },
        ]}
      />
      <SearchHint />
      <List
        what="events"
        found={found}
        columns={columns}
        rowKey={(row) => row.id}
        isKeptAWhile
        selected={id}
        filters={filters}
        empty={{
          title: 'No events yet',
          text: (
            <>
              Publish one with <code className="font-mono">POST /v1/events</code>, and it shows here with what
              became of it.
            </>
          ),
          act: <a href="/docs">Read how to publish</a>,
        }}
      />
    </Page>
  );
}
