import { createHmac } from 'node:crypto';
import type { BrowserWorld } from '../support/browser.ts';
import { eventually } from '../support/process.ts';

const types = ['order.created', 'order.fulfilled', 'payment.succeeded', 'order.refunded'];
const published = 60;

type Shop = Pick<BrowserWorld, 'server' | 'receiver'>;

/** What a shop's dashboard shows on a day with one receiver that fails: some delivered, some dead, some retried, one paused. */
export async function shopDay({ server, receiver }: Shop): Promise<void> {
  const make = async (body: object): Promise<string> => {
    const answer = await server.call('POST', '/v1/endpoints', body);
    return String(answer.json.id);
  };
  await make({ url: receiver.url, events: ['order.*', 'payment.*'], description: 'The shop itself' });
  await make({ url: 'http://127.0.0.1:9/erp', events: ['order.fulfilled'], retry: { schedule: [] } });
  await make({
    url: 'http://127.0.0.1:9/mail',
    events: ['order.refunded'],
    retry: { schedule: ['30m', '2h'] },
  });
  const paused = await make({ url: `${receiver.url}/bookkeeping`, events: ['payment.succeeded'] });
  await server.call('POST', `/v1/endpoints/${paused}/pause`);
  for (let at = 0; at < published; at++) {
    const reference = `ORD-${10_000 + at}`;
    const data = { reference, total: 12.5 + at, currency: 'EUR', customer: { email: 'ana@shop.example' } };
    await server.call('POST', '/v1/events', { type: types[at % types.length], data });
  }
  await server.call('POST', '/v1/sources', { name: 'Newsletter', scheme: 'standard' });
  await followedOrders({ server, receiver });
  await server.call('POST', '/v1/events', { type: 'balance.low', data: { left: 12.5, currency: 'EUR' } });
  await caughtRequests(server);
  await server.call('POST', '/v1/keys', { name: 'shop backend', scopes: ['publish'] });
  await server.call('POST', '/v1/people', { name: 'Vera', email: 'vera@shop.example', role: 'viewer' });
  await eventually(60_000, async () => {
    const { json } = await server.call('GET', '/v1/deliveries?status=pending,sending&limit=1');
    return json.data.length === 0;
  });
}

/** Orders that a supplier tells of, is asked about, and is late with. */
async function followedOrders({ server, receiver }: Shop): Promise<void> {
  const made = await server.call('POST', '/v1/sources', {
    name: 'Supplier',
    scheme: 'unsigned',
    eventType: '/event',
    eventId: '/id',
    tracking: {
      reference: '/data/reference',
      orderId: '/data/order_id',
      states: {
        'order.created': 'pending',
        'order.fulfilled': 'fulfilled',
        'order.failed': 'failed',
        'order.refunded': 'refunded',
      },
      poll: {
        url: `${receiver.url}/orders/{orderId}`,
        headers: { Authorization: 'Bearer none-of-yours' },
        states: { pending: 'pending', done: 'fulfilled' },
        after: '1s',
        every: '4s',
        giveUpAfter: '30d',
      },
      sla: '1s',
    },
  });
  const sourceId = String(made.json.id);
  const tell = async (event: string, at: number): Promise<void> => {
    const data = { reference: `SUP-${at}`, order_id: `D-${at}` };
    const body = JSON.stringify({ id: `${event}-${at}`, event, data });
    const headers = { 'content-type': 'application/json' };
    await fetch(String(made.json.url), { method: 'POST', headers, body });
  };
  for (let at = 501; at < 506; at++) {
    const order = { sourceId, reference: `SUP-${at}`, orderId: `D-${at}` };
    await server.call('POST', '/v1/orders', order);
    await tell('order.created', at);
  }
  await tell('order.fulfilled', 501);
  await tell('order.failed', 502);
  await tell('order.fulfilled', 503);
  await tell('order.refunded', 503);
  await tell('order.created', 999);
  await eventually(30_000, async () => {
    const { json } = await server.call('GET', '/v1/orders?overdue=true');
    return json.data.length >= 2;
  });
}

async function caughtRequests(server: Shop['server']): Promise<void> {
  const bin = await server.call('POST', '/v1/bins', {
    name: 'Why does it not hold?',
    scheme: 'github',
    secret: 'topsecret',
  });
  const signature = createHmac('sha256', 'topsecret').update('{"total": 12.5}').digest('hex');
  for (const body of ['{"total": 12.5}', '{"total":12.5}'])
    await fetch(String(bin.json.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
      body,
    });
}
