import { Link, useParams } from '@tanstack/react-router';
import type { OrderDetail, OrderEntry } from '../api/order.ts';
import { useOne, useThing } from '../api/queries.ts';
import type { Source } from '../api/types.ts';
import { buttonClass } from '../parts/button.tsx';
import { Opening } from '../parts/opening.tsx';
import { Facts, Id, Panel, Section } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { Distance, Time } from '../parts/time.tsx';
import { Step, Timeline } from '../parts/timeline.tsx';
import { type EntryRun, entryNote, entryWords, runsOf } from '../words/orders.ts';
import { visible } from '../words/text.ts';
import { Marks } from './orders.tsx';

const everyMs = 2000;

/** The story of one order, across what came, what was asked and what was decided. */
export function OrderPanel() {
  const { id } = useParams({ from: '/orders/$id' });
  const found = useThing<OrderDetail>('/v1/orders', id, { everyMs });
  const order = found.data;
  if (order === undefined) return <Opening what="order" id={id} found={found} />;
  return <Story order={order} />;
}

function Story({ order }: { order: OrderDetail }) {
  const source = useOne<Source>(`/v1/sources/${order.sourceId}`).data;
  return (
    <Panel
      back="/orders"
      title={
        <>
          {visible(order.reference)}{' '}
          <span className="ml-2 text-sm">
            <Status is={order.state} />
          </span>
        </>
      }
    >
      <Trouble order={order} />
      <div className="flex flex-wrap gap-2">
        <Link to="/deliveries" search={{ reference: order.reference }} className={buttonClass('plain')}>
          Look at its deliveries
        </Link>
        <Link to="/events" search={{ reference: order.reference }} className={buttonClass('quiet')}>
          Its events
        </Link>
      </div>
      <Facts
        facts={[
          [
            'Source',
            <Link key="source" to="/sources/$id" params={{ id: order.sourceId }}>
              {source?.name ?? order.sourceId}
            </Link>,
          ],
          ['Their id', order.orderId === null ? 'not known yet' : <Id key="order">{order.orderId}</Id>],
          ['Registered', order.registered ? 'yes' : 'no: it is known by its events only'],
          ['Id', <Id key="id">{order.id}</Id>],
        ]}
      />
      <Section title="What happened">
        <Timeline>
          {runsOf(order.history).map((entry, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what was written once never moves.
            <Entry key={place} entry={entry} />
          ))}
          <Next order={order} />
        </Timeline>
      </Section>
    </Panel>
  );
}

/** What is wrong with it, and what usually helps. */
function Trouble({ order }: { order: OrderDetail }) {
  const { state, overdue, flagged, sourceId } = order;
  if (state !== 'stuck' && !overdue && !flagged) return null;
  return (
    <div className="rounded-md border border-warn p-3 text-sm">
      <Marks order={order} />
      <p className="mt-1">
        {state === 'stuck'
          ? 'Nobody said how it ended, and asking was given up. Ask the supplier; what comes after all is still taken.'
          : overdue
            ? 'It took longer than its source allows.'
            : 'Events came for it although the store never registered it. Registering it takes the mark away.'}{' '}
        <Link to="/sources/$id" params={{ id: sourceId }}>
          See how it is followed
        </Link>
      </p>
    </div>
  );
}

const looks: Record<OrderEntry['kind'], [shape: string, colour: string]> = {
  registered: ['○', 'text-wait'],
  event: ['●', 'text-accent'],
  poll: ['?', 'text-wait'],
  decision: ['◆', 'text-warn'],
};

function Entry({ entry }: { entry: EntryRun }) {
  const { at, kind, state, eventId, times, lastAt } = entry;
  const note = entryNote(entry);
  const [shape, colour] = looks[kind];
  return (
    <Step shape={shape} colour={colour}>
      <span className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-medium">{visible(entryWords(entry))}</span>
        <span className="text-muted">
          <Time at={at} />
          {times === 1 ? null : (
            <>
              {' to '}
              <Time at={lastAt} isShort />
            </>
          )}
        </span>
        {kind === 'registered' ? null : <Status is={state} />}
      </span>
      <span className="block text-muted">
        {visible(note)}
        {eventId === null ? null : (
          <>
            {note === '' ? '' : ' '}
            <Link to="/events/$id" params={{ id: eventId }}>
              <Id>{eventId}</Id>
            </Link>
          </>
        )}
      </span>
    </Step>
  );
}

function Next({ order: { state, nextPollAt } }: { order: OrderDetail }) {
  if (state !== 'pending')
    return (
      <Step shape="■" colour="text-wait">
        {state === 'stuck' ? 'Nothing is asked any more.' : 'It has ended.'}
      </Step>
    );
  return (
    <Step shape="◌" colour="text-accent">
      {nextPollAt === null ? (
        'Waits for an event; nobody is asked.'
      ) : (
        <>
          The supplier is asked <Distance at={nextPollAt} isAhead />, unless it tells before
        </>
      )}
    </Step>
  );
}
