import type { BrowserWorld } from '../support/browser.ts';
import { eventually } from '../support/process.ts';

const types = ['order.created', 'order.fulfilled', 'payment.succeeded', 'order.refunded'];
const published = 60;

/** What a shop's dashboard shows on a day with one receiver that fails: some delivered, some dead, some retried, one paused. */
export async function shopDay({ server, receiver }: BrowserWorld): Promise<void> {
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
  await server.call('POST', '/v1/sources', { name: 'Supplier', scheme: 'standard' });
  await server.call('POST', '/v1/keys', { name: 'shop backend', scopes: ['publish'] });
  await server.call('POST', '/v1/people', { name: 'Vera', email: 'vera@shop.example', role: 'viewer' });
  await eventually(60_000, async () => {
    const { json } = await server.call('GET', '/v1/deliveries?status=pending,sending&limit=1');
    return json.data.length === 0;
  });
}
