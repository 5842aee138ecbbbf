import { getRouteApi, Link, useParams } from '@tanstack/react-router';
import type { Alert } from '../api/alert.ts';
import { useList } from '../api/queries.ts';
import { buttonClass } from '../parts/button.tsx';
import { Filters, useFilters } from '../parts/filters.tsx';
import { type Column, List, rowLinkClass } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Status, statusWord } from '../parts/status.tsx';
import { Summary } from '../parts/summary.tsx';
import { Time } from '../parts/time.tsx';
import { alertKinds, kindWords } from '../words/alerts.ts';
import { AlertTabs } from './alert-tabs.tsx';

const route = getRouteApi('/alerts');
const everyMs = 5000;

const columns: Column<Alert>[] = [
  {
    title: 'What',
    cell: ({ id, kind, summary }) => (
      <>
        <Link to="/alerts/$id" params={{ id }} search={(before) => before} className={rowLinkClass}>
          {kindWords(kind).title}
        </Link>
        <span className="block text-xs break-words whitespace-normal text-muted">
          <Summary text={summary} />
        </span>
      </>
    ),
  },
  { title: 'State', isTight: true, cell: ({ status }) => <Status is={status} /> },
  { title: 'Times', isTight: true, isWideOnly: true, isNumber: true, cell: ({ count }) => count },
  { title: 'Since', isTight: true, cell: ({ raisedAt }) => <Time at={raisedAt} isShort /> },
];

/** What went wrong, and whether it still does. */
export function Alerts() {
  const { status, kind } = route.useSearch();
  const query = { status, kind };
  const filters = useFilters('/alerts', query);
  const { id } = useParams({ strict: false });
  const found = useList<Alert>('/v1/alerts', query, { everyMs });
  return (
    <Page title="Alerts">
      <AlertTabs at="/alerts" />
      <Filters
        filters={filters}
        fields={[
          {
            name: 'status',
            label: 'State',
            choices: (['open', 'resolved'] as const).map((one) => [one, statusWord(one)]),
          },
          { name: 'kind', label: 'What', choices: alertKinds.map((one) => [one, kindWords(one).title]) },
        ]}
      />
      <List
        what="alerts"
        found={found}
        columns={columns}
        rowKey={(row) => row.id}
        isKeptAWhile
        selected={id}
        filters={filters}
        empty={{
          title: 'No alerts: nothing has gone wrong',
          text: 'Stopped endpoints, dead letters, orders that take too long and more would be here, with who was told.',
          act: (
            <Link to="/alerts/rules" className={buttonClass('plain')}>
              Choose who is told of what
            </Link>
          ),
        }}
      />
    </Page>
  );
}
