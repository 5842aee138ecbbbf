/** How a source says that its orders are followed, in tests. */
export const tracking = {
  reference: '/data/reference',
  orderId: '/data/order_id',
  states: {
    'order.created': 'pending',
    'order.fulfilled': 'fulfilled',
    'order.failed': 'failed',
    'order.refunded': 'refunded',
  },
  poll: {
    url: 'https://supplier.example/v1/orders/{orderId}',
    headers: { Authorization: 'Bearer sesame' },
    status: '/status',
    states: { pending: 'pending', fulfilled: 'fulfilled', failed: 'failed' },
    after: '5s',
    every: '5s',
    giveUpAfter: '2m',
  },
  sla: '15s',
};
