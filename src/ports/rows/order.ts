import { type Order, type OrderEntry, orderStates } from '../../core/order.ts';
import type { OrderCounts } from '../order-store.ts';
import type { Row } from './row.ts';

/** An order as its row tells it. */
export function orderOf(row: Row): Order {
  return {
    no: row.no as number,
    id: row.id as string,
    accountNo: row.account_no as number,
    sourceId: row.source_id as string,
    reference: row.reference as string,
    orderId: row.order_id as string | null,
    state: row.state as Order['state'],
    registered: Boolean(row.registered),
    flagged: Boolean(row.flagged),
    overdue: Boolean(row.overdue),
    reached: JSON.parse(row.reached as string) as Order['reached'],
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
    nextPollAtMs: row.next_poll_at as number | null,
    everyMs: row.every as number | null,
    giveUpAtMs: row.give_up_at as number | null,
    overdueAtMs: row.overdue_at as number | null,
    pollFailures: row.poll_failures as number,
    foundBy: row.found_by as Order['foundBy'],
  };
}

/** What happened to an order, as its row tells it. */
export function entryOf(row: Row): OrderEntry {
  return {
    atMs: row.at as number,
    kind: row.kind as OrderEntry['kind'],
    state: row.state as OrderEntry['state'],
    eventType: row.event_type as string | null,
    eventId: row.event_id as string | null,
    note: row.note as string,
  };
}

/** Counts of orders, from a row for each state that there is. */
export function orderCountsOf(rows: readonly Row[]): OrderCounts {
  const byState = new Map(rows.map((row) => [row.state as string, row]));
  const sum = (name: 'overdue' | 'late' | 'polled'): number =>
    rows.reduce((total, row) => total + Number(row[name]), 0);
  const states = Object.fromEntries(orderStates.map((state) => [state, Number(byState.get(state)?.n ?? 0)]));
  return {
    states: states as OrderCounts['states'],
    overdue: sum('overdue'),
    late: sum('late'),
    foundByPoll: sum('polled'),
  };
}
