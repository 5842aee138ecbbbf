/** Where an order stands. */
export type OrderState = 'pending' | 'fulfilled' | 'failed' | 'refunded' | 'stuck';

/** An order as lists show it. */
export interface Order {
  id: string;
  sourceId: string;
  reference: string;
  orderId: string | null;
  state: OrderState;
  registered: boolean;
  flagged: boolean;
  overdue: boolean;
  foundBy: 'webhook' | 'poll' | null;
  createdAt: string;
  updatedAt: string;
  nextPollAt: string | null;
}

/** What happened to it, written once. */
export interface OrderEntry {
  at: string;
  kind: 'registered' | 'event' | 'poll' | 'decision';
  state: OrderState;
  eventType: string | null;
  eventId: string | null;
  note: string;
}

export interface OrderDetail extends Order {
  history: OrderEntry[];
}
