import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Order } from '../api/order.ts';
import { useList, useMay, useRows } from '../api/queries.ts';
import type { Source } from '../api/types.ts';
import { Button, buttonClass } from '../parts/button.tsx';
import { Filters, useFilters } from '../parts/filters.tsx';
import { type Column, List, rowLinkClass } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Status, statusWord } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { NewOrder } from './order-form.tsx';

const route = getRouteApi('/orders');
const everyMs = 5000;
const states = ['pending', 'fulfilled', 'failed', 'refunded', 'stuck'] as const;

/** Every order that is followed, and which of them need a person. */
export function Orders() {
  const { state, overdue, flagged, sourceId, reference } = route.useSearch();
  const query = { state, overdue, flagged, sourceId, reference };
  const filters = useFilters('/orders', query);
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const mayRegister = useMay('publish');
  const [isMaking, setMaking] = useState(false);
  const found = useList<Order>('/v1/orders', query, { everyMs });
  const sources = useRows<Source>('/v1/sources?limit=250');
  const nameOf = new Map(sources.map((source) => [source.id, source.name]));
  const followed = sources.filter(({ tracking }) => tracking !== null);
  const register =
    mayRegister && followed.length > 0 ? (
      <Button look="main" onClick={() => setMaking(true)}>
        Register order
      </Button>
    ) : null;
  return (
    <Page title="Orders" acts={register}>
      <Filters
        filters={filters}
        fields={[
          { name: 'state', label: 'State', choices: states.map((one) => [one, statusWord(one)]) },
          {
            name: 'overdue',
            label: 'In time',
            choices: [
              ['true', 'overdue'],
              ['false', 'in time'],
            ],
          },
          {
            name: 'flagged',
            label: 'Registered',
            choices: [
              ['true', 'by nobody'],
              ['false', 'as it should be'],
            ],
          },
          {
            name: 'sourceId',
            label: 'Source',
            choices: sources.map((source) => [source.id, source.name]),
          },
          { name: 'reference', label: 'Reference', placeholder: 'order number' },
        ]}
      />
      <List
        what="orders"
        found={found}
        columns={columns(nameOf)}
        rowKey={(row) => row.id}
        isKeptAWhile
        selected={id}
        filters={filters}
        empty={{
          title: 'No orders are followed yet',
          text: 'Tell a source how to read and ask about its orders, and each order is followed here from its placing to its end.',
          act: register ?? (
            <Link to="/sources" className={buttonClass('main')}>
              Choose a source to follow
            </Link>
          ),
        }}
      />
      {isMaking ? (
        <NewOrder
          sources={followed}
          close={() => setMaking(false)}
          made={(order) => {
            setMaking(false);
            void navigate({ to: '/orders/$id', params: { id: order } });
          }}
        />
      ) : null}
    </Page>
  );
}

function columns(nameOf: Map<string, string>): Column<Order>[] {
  return [
    {
      title: 'Order',
      cell: (order) => (
        <>
          <Link
            to="/orders/$id"
            params={{ id: order.id }}
            search={(before) => before}
            className={rowLinkClass}
          >
            {order.reference}
          </Link>
          <span className="block text-xs @lg:hidden">
            <Marks order={order} />
          </span>
        </>
      ),
    },
    { title: 'State', isTight: true, cell: ({ state }) => <Status is={state} /> },
    { title: 'Look at it', isTight: true, isRoomyOnly: true, cell: (order) => <Marks order={order} /> },
    { title: 'Source', isWideOnly: true, cell: ({ sourceId }) => nameOf.get(sourceId) ?? sourceId },
    {
      title: 'Their id',
      isWideOnly: true,
      cell: ({ orderId }) => <span className="font-mono text-xs">{orderId ?? '–'}</span>,
    },
    {
      title: 'Found by',
      isTight: true,
      isWideOnly: true,
      cell: ({ foundBy }) => (foundBy === null ? '–' : foundBy === 'poll' ? 'asking' : 'webhook'),
    },
    { title: 'Placed', isTight: true, cell: ({ createdAt }) => <Time at={createdAt} isShort /> },
  ];
}

/** Why a person should look at an order, in words. */
export function Marks({ order: { overdue, flagged } }: { order: Pick<Order, 'overdue' | 'flagged'> }) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {overdue ? <span className="text-warn">◷ Overdue</span> : null}
      {flagged ? <span className="text-warn">? Not registered</span> : null}
    </span>
  );
}
