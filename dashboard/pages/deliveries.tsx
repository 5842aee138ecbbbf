import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router';
import { type KnownEndpoints, useEndpoints } from '../api/endpoints.ts';
import { useList, useMay } from '../api/queries.ts';
import type { Delivery } from '../api/types.ts';
import { useChoice } from '../parts/choice.tsx';
import { ChosenDeliveries } from '../parts/chosen-deliveries.tsx';
import { Filters, useFilters } from '../parts/filters.tsx';
import { type Column, List, rowLinkClass } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { SearchHint } from '../parts/search-hint.tsx';
import { Status, statusWord } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { isKnownId, pathOfId } from '../shell/ids.ts';
import { endpointName } from '../words/endpoints.ts';
import { errorWords } from '../words/errors.ts';

const route = getRouteApi('/deliveries');
/** Where the server's stream cannot tell. */
const everyMs = 5000;
const statuses = ['pending', 'sending', 'retrying', 'held', 'delivered', 'dead', 'cancelled'] as const;

/** Every event owed to an endpoint, newest first; the filters are the address. */
export function Deliveries() {
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const { status, endpointId, eventType, reference, httpStatus, minAttempts, since, until, q } =
    route.useSearch();
  const query = { status, endpointId, eventType, reference, httpStatus, minAttempts, since, until, q };
  const filters = useFilters('/deliveries', query);
  const found = useList<Delivery>('/v1/deliveries', query, { everyMs });
  const endpoints = useEndpoints();
  const may = useMay('manage');
  const choice = useChoice(found.rows.map((row) => row.id));
  return (
    <Page title="Deliveries">
      <Filters
        filters={{
          ...filters,
          change: (changes) => {
            const named = changes.reference;
            if (named !== undefined && isKnownId(named)) void navigate({ href: pathOfId(named) });
            else filters.change(changes);
          },
        }}
        fields={[
          { name: 'status', label: 'Status', choices: statuses.map((value) => [value, statusWord(value)]) },
          {
            name: 'endpointId',
            label: 'Endpoint',
            choices: endpoints.all.map((one) => [one.id, endpointName(one)]),
          },
          { name: 'eventType', label: 'Event type', placeholder: 'order.*' },
          { name: 'reference', label: 'Reference or id', placeholder: 'order number' },
          { name: 'q', label: 'Text in the payload', placeholder: 'data.order.id:123' },
          { name: 'httpStatus', label: 'Answered', placeholder: '503, or 5xx' },
          { name: 'minAttempts', label: 'Attempts, at least', placeholder: '3' },
          { name: 'since', label: 'Since', placeholder: '24h, or a time' },
          { name: 'until', label: 'Until', placeholder: '1h, or a time' },
        ]}
      />
      <SearchHint />
      <List
        what="deliveries"
        found={found}
        columns={columns(endpoints)}
        rowKey={(row) => row.id}
        isKeptAWhile
        rowName={({ eventType, reference }) => (reference === null ? eventType : `${eventType} ${reference}`)}
        choice={may ? choice : undefined}
        selected={id}
        filters={filters}
        empty={{
          title: 'No deliveries yet',
          text: 'When an event is published that an endpoint wants, what becomes of it shows here.',
          act: <Link to="/endpoints">Send a test event from an endpoint</Link>,
        }}
      />
      {may ? <ChosenDeliveries choice={choice} rows={found.rows} endpoints={endpoints} /> : null}
    </Page>
  );
}

function columns({ nameOf, isGone }: KnownEndpoints): Column<Delivery>[] {
  return [
    {
      title: 'Event',
      cell: ({ id, eventType, reference, endpointId }) => (
        <>
          <Link to="/deliveries/$id" params={{ id }} search={(before) => before} className={rowLinkClass}>
            {eventType}
          </Link>
          <span className="block text-xs break-words whitespace-normal text-muted @4xl:hidden">
            {aboutWords(reference, nameOf(endpointId))}
          </span>
        </>
      ),
    },
    { title: 'Status', isTight: true, cell: ({ status }) => <Status is={status} /> },
    {
      title: 'Why',
      isWideOnly: true,
      cell: ({ error, httpStatus }) =>
        errorWords(error, httpStatus)?.title ?? (httpStatus === null ? '' : String(httpStatus)),
    },
    { title: 'Reference', isWideOnly: true, cell: ({ reference }) => reference ?? '–' },
    {
      title: 'Endpoint',
      isWideOnly: true,
      cell: ({ endpointId }) => (
        <span className={isGone(endpointId) ? 'text-muted' : 'font-mono text-xs'} title={endpointId}>
          {nameOf(endpointId)}
        </span>
      ),
    },
    {
      title: 'Attempts',
      isTight: true,
      isWideOnly: true,
      isNumber: true,
      cell: ({ attemptCount }) => attemptCount,
    },
    { title: 'Accepted', isTight: true, cell: ({ createdAt }) => <Time at={createdAt} isShort /> },
  ];
}

/** What a delivery is about and where it goes, for where there is no room for columns. */
function aboutWords(reference: string | null, endpoint: string): string {
  const where = endpoint.replace(/^https?:\/\//, '');
  return reference === null ? where : `${reference} → ${where}`;
}
