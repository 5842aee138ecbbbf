import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useMay } from '../api/queries.ts';
import type { Source } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Facts, Section } from '../parts/page.tsx';
import { visible } from '../words/text.ts';
import { draftOf } from './tracking-draft.ts';
import { TrackingForm } from './tracking-form.tsx';

/** Whether and how the source's orders are followed. */
export function SourceTracking({ source }: { source: Source }) {
  const may = useMay('manage');
  const [opened, setOpened] = useState<'edit' | 'stop' | null>(null);
  const close = (): void => setOpened(null);
  const isFollowed = source.tracking !== null;
  const stop = useAct(() => api('PATCH', `/v1/sources/${source.id}`, { tracking: null }), {
    done: 'Its orders are no longer followed.',
    then: close,
  });
  return (
    <Section
      title="Its orders"
      acts={
        may ? (
          <span className="flex flex-wrap gap-2">
            <Button onClick={() => setOpened('edit')}>
              {isFollowed ? 'Change how they are followed' : 'Follow its orders'}
            </Button>
            {isFollowed ? (
              <Button look="quiet" onClick={() => setOpened('stop')}>
                Stop following
              </Button>
            ) : null}
          </span>
        ) : null
      }
    >
      {isFollowed ? (
        <Followed source={source} />
      ) : (
        <p className="text-sm text-muted">
          They are not followed. Followed, each order is known until it ends, and the provider is asked when
          no webhook comes.
        </p>
      )}
      {opened === 'edit' ? <TrackingForm source={source} close={close} /> : null}
      <Ask
        title="Stop following its orders?"
        act="Stop following its orders"
        isOpen={opened === 'stop'}
        isBusy={stop.isPending}
        close={close}
        confirm={() => stop.mutate()}
      >
        Nobody is asked about them any more, and none becomes overdue. What is known of them stays.
      </Ask>
    </Section>
  );
}

function Followed({ source }: { source: Source }) {
  const { reference, states, sla, asks, url, words, after, every, giveUpAfter, list } = draftOf(
    source.tracking,
  );
  const meanings = (pairs: { name: string; value: string }[]): string =>
    pairs.map(({ name, value }) => `${name} → ${value}`).join(', ') || 'nothing';
  const facts: [string, ReactNode][] = [
    ['Reference at', reference || '–'],
    ['Events mean', meanings(states)],
    ['Overdue after', sla || 'never'],
    ...(asks
      ? ([
          [
            'Asked at',
            <span key="url" className="font-mono text-xs break-all">
              {visible(url)}
            </span>,
          ],
          ['Answers mean', meanings(words)],
          ['Asked', `after ${after}, then every ${every}; given up after ${giveUpAfter}`],
        ] as [string, ReactNode][])
      : ([['Asked', 'never: only what it tells by itself counts']] as [string, ReactNode][])),
    ...(list === '' ? [] : [['List', 'caught up with as a whole'] as [string, ReactNode]]),
  ];
  return (
    <>
      <Facts facts={facts} />
      <p className="text-sm">
        <Link to="/orders" search={{ sourceId: source.id }}>
          Look at its orders
        </Link>
      </p>
    </>
  );
}
