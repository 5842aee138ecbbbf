import type { Order } from '../../core/order.ts';
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
