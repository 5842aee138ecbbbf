/** `b` + three digits of the run + `-` + eight of the event: of one length always, so that requests can be made in advance. */
export function eventId(run: number, n: number): string {
  return `b${String(run).padStart(3, '0')}-${String(n).padStart(8, '0')}`;
}

/** Where an event came from, or null when its id is not of this form. */
export function readEventId(id: string): { run: number; n: number } | null {
  if (id.length !== 13 || id[0] !== 'b' || id[4] !== '-') return null;
  return { run: Number(id.slice(1, 4)), n: Number(id.slice(5)) };
}

/** The signing secret of every endpoint of a run, as Standard Webhooks writes it. */
export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** An order of a shop, about 700 bytes with the rest of the event. */
export const exampleData = JSON.stringify({
  reference: 'ORD-2026-001234',
  order_id: '5f1c2c1e-8f57-4f0a-9c3d-0b6c1d9a7e21',
  customer: { id: 'cus_81724', name: 'Ada Example', email: 'ada@example.org', country: 'DE' },
  items: [
    { sku: 'GAME-0001', title: 'A game of many hours', quantity: 1, price: '39.99' },
    { sku: 'CARD-0050', title: 'Gift card, 50 units', quantity: 2, price: '50.00' },
    { sku: 'DLC-0123', title: 'More of the same game', quantity: 1, price: '14.50' },
  ],
  totals: { net: '129.83', tax: '24.66', gross: '154.49', currency: 'EUR' },
  note: 'Leave it with the neighbours if nobody answers the door.',
  tags: ['first-order', 'newsletter', 'autumn-2026'],
});

/** An event as it is published. */
export function eventText(input: { type: string; id: string; data?: string; deliverAt?: Date }): string {
  const { type, id, data = exampleData, deliverAt } = input;
  const later = deliverAt === undefined ? '' : `"deliverAt":"${deliverAt.toISOString()}",`;
  return `{"type":${JSON.stringify(type)},"id":"${id}",${later}"data":${data}}`;
}

/** A request with a hole for the event's id. */
export interface Template {
  bytes: Uint8Array;
  /** Where the event's number goes, if there is one. */
  numberAt: number;
}

export interface TemplateInput {
  host: string;
  path: string;
  headers: Record<string, string>;
  /** Of the event; the id is put in. */
  type: string;
  data?: string;
  deliverAt?: Date;
  run: number;
}

/** An event as the request that publishes it, byte for byte. */
export function eventTemplate(input: TemplateInput): Template {
  const { host, path, headers, run } = input;
  const id = eventId(run, 0);
  const body = eventText({ ...input, id });
  const lines = Object.entries({
    ...headers,
    host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  return { bytes, numberAt: bytes.indexOf(`"${id}"`) + 6 };
}
