import { Link } from '@tanstack/react-router';
import type { Alert } from '../api/alert.ts';
import { useOne } from '../api/queries.ts';
import type { Delivery, Endpoint, Page, Stats } from '../api/types.ts';
import { needsSomebody } from '../words/alerts.ts';
import { groups, isShown } from './pages.ts';

const shownGroups = groups
  .map((group) => group.filter(([to]) => isShown(to)))
  .filter(({ length }) => length > 0);

const countEveryMs = 15_000;
const countedAtMost = 100;

/** Where one can go; a count stands only where somebody must act. */
export function Nav({ isOpen }: { isOpen: boolean }) {
  const counts = useCounts();
  return (
    <nav
      aria-label="Pages"
      className={`${isOpen ? 'absolute inset-x-0 z-30 bg-surface' : 'hidden'} w-full shrink-0 border-b border-line p-2 md:static md:block md:w-44 md:border-r md:border-b-0 md:bg-transparent`}
    >
      {shownGroups.map((group, at) => (
        <ul key={group[0]?.[0]} className={at === 0 ? '' : 'mt-2 border-t border-line pt-2'}>
          {group.map(([to, name]) => (
            <li key={to}>
              <Link
                to={to}
                activeOptions={{ exact: to === '/', includeSearch: false }}
                className="flex min-h-8 items-center justify-between rounded-md px-2 text-text no-underline hover:bg-raised"
                activeProps={{ className: 'bg-tint font-semibold', 'aria-current': 'page' }}
              >
                {name}
                <Count text={counts[to]} />
              </Link>
            </li>
          ))}
        </ul>
      ))}
    </nav>
  );
}

function Count({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <span className="rounded-full border border-bad px-1.5 text-xs font-medium text-bad">
      {text}
      <span className="sr-only"> need attention</span>
    </span>
  );
}

function useCounts(): Record<string, string | undefined> {
  const dead = useOne<Page<Delivery>>(`/v1/dead-letters?limit=${countedAtMost}`, {
    everyMs: countEveryMs,
  }).data;
  const open = useOne<Page<Alert>>(shown('/alerts', `/v1/alerts?status=open&limit=${countedAtMost}`), {
    everyMs: countEveryMs,
  }).data;
  const endpoints = useOne<Page<Endpoint>>('/v1/endpoints?limit=250', { everyMs: countEveryMs }).data;
  const stats = useOne<Stats>(shown('/orders', '/v1/stats?since=1m&bucket=1m'), {
    everyMs: countEveryMs,
  }).data;
  const stopped = endpoints?.data.filter(({ status }) => status === 'disabled').length;
  const left = { dead, lateOrders: stats?.orders?.late };
  const needing = open && { ...open, data: open.data.filter((alert) => needsSomebody(alert, left)) };
  return {
    '/dead-letters': countOf(dead),
    '/alerts': countOf(needing),
    '/endpoints': stopped ? String(stopped) : undefined,
    '/orders': stats?.orders?.late ? stats.orders.late.toLocaleString() : undefined,
  };
}

/** What is not shown is not asked about. */
function shown(page: string, asked: string): string | null {
  return isShown(page) ? asked : null;
}

function countOf(page: Page<unknown> | undefined): string | undefined {
  if (page === undefined || page.data.length === 0) return undefined;
  return page.nextCursor === null ? String(page.data.length) : `${countedAtMost}+`;
}
