import { Link } from '@tanstack/react-router';
import { ApiError } from '../api/client.ts';
import { buttonClass } from './button.tsx';
import { Panel, type PanelProps } from './page.tsx';
import { Empty, Failed, Loading } from './states.tsx';

const aged = 'It may be older than what is kept, or belong to another account.';
const deleted = 'It may have been deleted, or belong to another account.';

/** What a panel shows of one thing: its name among people, where the others are, and why it may be gone. */
const things = {
  alert: { back: '/alerts', gone: 'Alerts are kept for a while only.' },
  bin: { back: '/bins', gone: 'It may have been deleted, or have ended by itself.' },
  delivery: { back: '/deliveries', gone: aged },
  endpoint: { back: '/endpoints', gone: deleted },
  event: { back: '/events', gone: aged },
  'event type': {
    back: '/event-types',
    gone: 'It may never have been described. Events of it can be sent and received all the same.',
  },
  order: { back: '/orders', gone: aged },
  replay: { back: '/dead-letters', gone: 'Replays are kept for a while only.' },
  source: { back: '/sources', gone: deleted },
} satisfies Record<string, { back: PanelProps['back']; gone: string }>;

interface Props {
  what: keyof typeof things;
  id: string;
  found: { isError: boolean; error: Error | null; refetch: () => unknown };
}

/** What stands in a panel until there is what it shows: that it is on its way, that there is none, or why it did not come. */
export function Opening({ what, id, found }: Props) {
  const { back, gone } = things[what];
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
            <Link to={back} className={buttonClass('plain')}>
              All {back.slice(1).replace('-', ' ')}
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
