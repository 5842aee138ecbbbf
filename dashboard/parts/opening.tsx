import { Link } from '@tanstack/react-router';
import { ApiError } from '../api/client.ts';
import { buttonClass } from './button.tsx';
import { Panel, type PanelProps } from './page.tsx';
import { Empty, Failed, Loading } from './states.tsx';

/** What a panel shows of one thing: its name among people, where the others are, and why it may be gone. */
const things = {
  alert: { back: '/alerts', all: 'All alerts', gone: 'Alerts are kept for a while only.' },
  bin: { back: '/bins', all: 'All bins', gone: 'It may have been deleted, or have ended by itself.' },
  delivery: {
    back: '/deliveries',
    all: 'All deliveries',
    gone: 'It may be older than what is kept, or belong to another account.',
  },
  endpoint: {
    back: '/endpoints',
    all: 'All endpoints',
    gone: 'It may have been deleted, or belong to another account.',
  },
  event: {
    back: '/events',
    all: 'All events',
    gone: 'It may be older than what is kept, or belong to another account.',
  },
  'event type': {
    back: '/event-types',
    all: 'All event types',
    gone: 'It may never have been described. Events of it can be sent and received all the same.',
  },
  order: {
    back: '/orders',
    all: 'All orders',
    gone: 'It may be older than what is kept, or belong to another account.',
  },
  replay: { back: '/dead-letters', all: 'All dead letters', gone: 'Replays are kept for a while only.' },
  source: {
    back: '/sources',
    all: 'All sources',
    gone: 'It may have been deleted, or belong to another account.',
  },
} satisfies Record<string, { back: PanelProps['back']; all: string; gone: string }>;

interface Props {
  what: keyof typeof things;
  id: string;
  found: { isError: boolean; error: Error | null; refetch: () => unknown };
}

/** What stands in a panel until there is what it shows: that it is on its way, that there is none, or why it did not come. */
export function Opening({ what, id, found }: Props) {
  const { back, all, gone } = things[what];
  const title = what[0]!.toUpperCase() + what.slice(1);
  const { error } = found;
  return (
    <Panel back={back} title={title}>
      {!found.isError || error === null ? (
        <Loading what={`the ${what}`} />
      ) : isNone(error) ? (
        <Empty
          title={`There is no ${what} with this ${what === 'event type' ? 'name' : 'id'}`}
          act={
            <Link
              to={back}
              search={({ account }) => (account ? { account } : {})}
              className={buttonClass('plain')}
            >
              {all}
            </Link>
          }
        >
          <span className="font-mono text-xs break-all">{id}</span>
          <span className="mt-1 block">{gone}</span>
        </Empty>
      ) : (
        <Failed error={error} retry={() => void found.refetch()} />
      )}
    </Panel>
  );
}

/** What can be no id (400) is none, either. */
function isNone(error: Error): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 400);
}
