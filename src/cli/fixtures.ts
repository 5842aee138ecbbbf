/** A provider's webhook as it sends it, to be signed as it signs. */
export interface Fixture {
  /** A scheme's name. */
  provider: string;
  type: string;
  /** Besides those that sign; `{id}` stands for a new id. */
  headers: Readonly<Record<string, string>>;
  /** With `{id}` for a new id and `{time}` for the present in texts. */
  body: unknown;
}

const json = { 'content-type': 'application/json' };

/** What `surehook trigger PROVIDER:TYPE` can send. */
export const fixtures: readonly Fixture[] = [
  stripe('payment_intent.succeeded', {
    object: 'payment_intent',
    id: 'pi_{id}',
    amount: 2000,
    amount_received: 2000,
    currency: 'eur',
    status: 'succeeded',
    metadata: { order_id: 'ORD-1001' },
  }),
  stripe('payment_intent.payment_failed', {
    object: 'payment_intent',
    id: 'pi_{id}',
    amount: 2000,
    currency: 'eur',
    status: 'requires_payment_method',
    last_payment_error: { code: 'card_declined' },
    metadata: { order_id: 'ORD-1001' },
  }),
  stripe('checkout.session.completed', {
    object: 'checkout.session',
    id: 'cs_{id}',
    amount_total: 2000,
    currency: 'eur',
    payment_status: 'paid',
    client_reference_id: 'ORD-1001',
  }),
  stripe('charge.refunded', {
    object: 'charge',
    id: 'ch_{id}',
    amount: 2000,
    amount_refunded: 2000,
    currency: 'eur',
    refunded: true,
    metadata: { order_id: 'ORD-1001' },
  }),
  github('push', {
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: '1'.repeat(40),
    repository: { id: 1, full_name: 'shop/store' },
    pusher: { name: 'octocat' },
    commits: [{ id: '1'.repeat(40), message: 'Sell more', added: [], modified: ['README.md'], removed: [] }],
  }),
  github('pull_request', {
    action: 'opened',
    number: 7,
    pull_request: { id: 7, title: 'Sell more', state: 'open' },
    repository: { id: 1, full_name: 'shop/store' },
  }),
  shopify('orders/create', {
    id: 450789469,
    name: '#1001',
    currency: 'EUR',
    total_price: '20.00',
    financial_status: 'pending',
    line_items: [{ sku: 'SKU001', quantity: 2, price: '10.00' }],
  }),
  shopify('orders/paid', {
    id: 450789469,
    name: '#1001',
    currency: 'EUR',
    total_price: '20.00',
    financial_status: 'paid',
    line_items: [{ sku: 'SKU001', quantity: 2, price: '10.00' }],
  }),
  shopify('refunds/create', {
    id: 509562969,
    order_id: 450789469,
    refund_line_items: [{ quantity: 1, subtotal: 10.0 }],
  }),
  {
    provider: 'woocommerce',
    type: 'order.created',
    headers: {
      ...json,
      'x-wc-webhook-topic': 'order.created',
      'x-wc-webhook-resource': 'order',
      'x-wc-webhook-event': 'created',
      'x-wc-webhook-delivery-id': '{id}',
    },
    body: {
      id: 727,
      number: '727',
      status: 'processing',
      currency: 'EUR',
      total: '20.00',
      line_items: [{ product_id: 93, quantity: 2, total: '20.00' }],
    },
  },
  {
    provider: 'paddle',
    type: 'transaction.completed',
    headers: json,
    body: {
      event_id: 'evt_{id}',
      event_type: 'transaction.completed',
      occurred_at: '{time}',
      notification_id: 'ntf_{id}',
      data: {
        id: 'txn_{id}',
        status: 'completed',
        currency_code: 'EUR',
        details: { totals: { total: '2000' } },
      },
    },
  },
  {
    provider: 'lemon-squeezy',
    type: 'order_created',
    headers: { ...json, 'x-event-name': 'order_created' },
    body: {
      meta: { event_name: 'order_created' },
      data: { type: 'orders', id: '1', attributes: { status: 'paid', total: 2000, currency: 'EUR' } },
    },
  },
  {
    provider: 'razorpay',
    type: 'payment.captured',
    headers: { ...json, 'x-razorpay-event-id': '{id}' },
    body: {
      entity: 'event',
      event: 'payment.captured',
      contains: ['payment'],
      payload: { payment: { entity: { id: 'pay_{id}', amount: 2000, currency: 'INR', status: 'captured' } } },
    },
  },
  {
    provider: 'slack',
    type: 'event_callback',
    headers: json,
    body: {
      type: 'event_callback',
      event_id: 'Ev{id}',
      team_id: 'T1',
      event: { type: 'message', channel: 'C1', user: 'U1', text: 'A customer asks for a refund' },
    },
  },
  digitalGoods('order.fulfilled', {
    order_id: 'SUP-99887',
    reference: 'ORD-12345',
    status: 'fulfilled',
    items: [{ sku: 'steam-20-usd', code: 'XXXXX-YYYYY-ZZZZZ', pin: null }],
  }),
  digitalGoods('order.failed', {
    order_id: 'SUP-99887',
    reference: 'ORD-12345',
    status: 'failed',
    reason: 'out_of_stock',
  }),
  digitalGoods('balance.low', { balance: 42.5, threshold: 100, currency: 'USD' }),
];

function stripe(type: string, object: object): Fixture {
  const body = {
    id: 'evt_{id}',
    object: 'event',
    api_version: '2026-10-28',
    type,
    livemode: false,
    pending_webhooks: 1,
    data: { object },
  };
  return {
    provider: 'stripe',
    type,
    headers: { ...json, 'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)' },
    body,
  };
}

function github(type: string, body: object): Fixture {
  return {
    provider: 'github',
    type,
    headers: {
      ...json,
      'user-agent': 'GitHub-Hookshot/surehook',
      'x-github-event': type,
      'x-github-delivery': '{id}',
    },
    body,
  };
}

function shopify(type: string, body: object): Fixture {
  const headers = {
    ...json,
    'x-shopify-topic': type,
    'x-shopify-shop-domain': 'store.myshopify.com',
    'x-shopify-webhook-id': '{id}',
    'x-shopify-api-version': '2026-10',
  };
  return { provider: 'shopify', type, headers, body };
}

function digitalGoods(type: string, data: object): Fixture {
  return { provider: 'digital-goods', type, headers: json, body: { event: type, timestamp: '{time}', data } };
}

/** The fixture that `PROVIDER:TYPE` names; undefined when there is none. */
export function fixtureNamed(name: string): Fixture | undefined {
  return fixtures.find(({ provider, type }) => `${provider}:${type}` === name);
}

/** Texts of a fixture with their places filled in. */
export function filled<T>(value: T, fill: { id: string; nowS: number }): T {
  const time = new Date(fill.nowS * 1000).toISOString();
  const text = JSON.stringify(value).replaceAll('{id}', fill.id).replaceAll('{time}', time);
  return JSON.parse(text) as T;
}
