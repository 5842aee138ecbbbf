import type { EventType } from './account.ts';

/** An event type that every account knows from the start. Its schema describes, and never refuses an event. */
export interface CatalogueEntry {
  name: string;
  description: string;
  schema: Record<string, unknown>;
  /** Values of `data`, one for each shape in use. */
  examples: readonly unknown[];
}

/** What `GET /v1/event-types` shows for one type. */
export interface EventTypeView {
  name: string;
  description: string;
  schema: Record<string, unknown> | null;
  /** Whether events that do not fit the schema are refused: only when it was set by `PUT`. */
  enforced: boolean;
  examples: readonly unknown[];
  deprecated: boolean;
  createdAt: string | null;
  updatedAt: string | null;
}

/** A supplier's order of digital goods, as it stands at some moment. */
const digitalOrder = (status: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  order_id: 'SUP-99887',
  reference: 'ORD-12345',
  status,
  ...more,
});
const digitalItem = (code: string | null): Record<string, unknown> => ({
  sku: 'steam-20-usd',
  code,
  pin: null,
});

const petstoreOrder = {
  order: {
    id: '019b4141-e5f3-a1b7-c4d8-9f6e2a5b8c1d',
    status: 'PENDING',
    items: [{ productId: '019b4145-a6c2-b8d3-e7f4-5a9b1c2d3e4f', quantity: 2, price: 29.99 }],
    total: 59.98,
    currency: 'USD',
  },
  customer: { id: '019b4137-6d8e-5c2b-e9f4-a3b5c8d7e2f1', email: 'john.doe@example.com' },
};
const shopOrder = {
  order_id: 'ORD12345',
  customer_id: 'CUST987',
  items: [
    { sku: 'SKU001', quantity: 2 },
    { sku: 'SKU005', quantity: 1 },
  ],
  shipping_address: { street: '123 Main St', city: 'Anytown', zip: '12345' },
};
const subscription = (status: string): Record<string, unknown> => ({
  subscriptionId: 'sub_2048',
  customerId: 'CUST987',
  plan: 'monthly',
  status,
  currentPeriodEnd: '2026-02-28T12:00:00Z',
});

/** The types of the catalogue, in the order they are shown. */
export const catalogue: readonly CatalogueEntry[] = [
  entry(
    'order.created',
    'An order was placed, or received by the supplier. Start the clock for its fulfilment.',
    [petstoreOrder, shopOrder, digitalOrder('pending', { items: [digitalItem(null)] })],
  ),
  entry('order.reserved', 'The supplier has set the goods aside.', [digitalOrder('reserved')]),
  entry('order.processing', 'The supplier is working on the order.', [digitalOrder('processing')]),
  entry('order.fulfilled', 'The order is complete and its codes are ready: hand them to the customer.', [
    digitalOrder('fulfilled', { items: [digitalItem('XXXXX-YYYYY-ZZZZZ')] }),
  ]),
  entry('order.delivered', 'The goods have reached the customer.', [
    digitalOrder('delivered', { codes: ['AAAA-BBBB-CCCC'] }),
  ]),
  entry('order.failed', 'The order cannot be fulfilled: refund the customer if payment was taken.', [
    digitalOrder('failed', { reason: 'out_of_stock' }),
  ]),
  entry('order.refunded', 'The supplier has reversed the order: update its status and tell the customer.', [
    digitalOrder('refunded', { amount: 20, currency: 'USD' }),
  ]),
  entry('order.status_changed', 'An order went from one status to another.', [
    {
      orderId: 'order_abc123',
      oldStatus: 'PENDING',
      newStatus: 'PROCESSING',
      timestamp: '2025-01-06T12:00:00Z',
    },
  ]),
  entry('balance.low', 'The reseller’s balance is below its threshold: top it up.', [
    { balance: 42.5, threshold: 100, currency: 'USD' },
  ]),
  entry('pet.adopted', 'A pet was adopted.', [
    {
      pet: { id: 'pet_fYrZzCW9E1WIOyGw', name: 'Buddy', species: 'DOG', status: 'ADOPTED' },
      adopter: {
        id: '019b4137-6d8e-5c2b-e9f4-a3b5c8d7e2f1',
        name: 'John Doe',
        email: 'john.doe@example.com',
      },
      adoptionDate: '2025-01-06',
    },
  ]),
  entry('pet.status_changed', 'A pet went from one status to another.', [
    {
      petId: 'pet_fYrZzCW9E1WIOyGw',
      oldStatus: 'AVAILABLE',
      newStatus: 'PENDING',
      reason: 'Adoption application received',
    },
  ]),
  entry('payment.succeeded', 'A payment went through.', [
    {
      payment: {
        id: '019b4142-c4d6-f8a9-b2e3-7d1c5f9a8e4b',
        orderId: 'order_abc123',
        amount: 150,
        currency: 'USD',
        status: 'SUCCEEDED',
      },
      paymentMethod: { type: 'CARD', last4: '4242', brand: 'Visa' },
    },
  ]),
  entry('payment.failed', 'A payment was refused.', [
    {
      payment: {
        id: '019b4143-d8e4-a7f2-c5b9-6e4a8d3c7f1b',
        orderId: 'order_def456',
        amount: 75,
        currency: 'USD',
        status: 'FAILED',
      },
      error: { code: 'INSUFFICIENT_FUNDS', message: 'The card has insufficient funds.' },
    },
  ]),
  entry('subscription.created', 'A customer subscribed.', [subscription('active')]),
  entry('subscription.renewed', 'A subscription began another period.', [subscription('active')]),
  entry('subscription.canceled', 'A subscription was ended; it may run until the end of its period.', [
    subscription('canceled'),
  ]),
  entry('inventory.low', 'There is less in stock than the threshold.', [
    { sku: 'SKU001', available: 3, threshold: 10 },
  ]),
  entry('inventory.updated', 'The number in stock changed.', [
    { sku: 'SKU001', available: 120, previous: 3 },
  ]),
];

const byName = new Map(catalogue.map((one) => [one.name, one]));

/** The entry of that name, or null. */
export function catalogueEntry(name: string): CatalogueEntry | null {
  return byName.get(name) ?? null;
}

/** An event type as the API shows it: what the account has put, else the catalogue's entry, else null. */
export function eventTypeView(name: string, own: EventType | null): EventTypeView | null {
  const shipped = catalogueEntry(name);
  if (own === null) {
    if (shipped === null) return null;
    return { ...shipped, enforced: false, deprecated: false, createdAt: null, updatedAt: null };
  }
  return {
    name,
    description: own.description || (shipped?.description ?? ''),
    schema: own.schema ?? shipped?.schema ?? null,
    enforced: own.schema !== null,
    examples: own.examples.length > 0 ? own.examples : (shipped?.examples ?? []),
    deprecated: own.deprecated,
    createdAt: new Date(own.createdAtMs).toISOString(),
    updatedAt: new Date(own.updatedAtMs).toISOString(),
  };
}

/** The catalogue with what the account has put into it, by name. */
export function eventTypeViews(own: readonly EventType[]): EventTypeView[] {
  const ownByName = new Map(own.map((one) => [one.name, one]));
  const names = [...new Set([...byName.keys(), ...ownByName.keys()])].sort();
  return names.flatMap((name) => eventTypeView(name, ownByName.get(name) ?? null) ?? []);
}

function entry(name: string, description: string, examples: readonly unknown[]): CatalogueEntry {
  const shapes = examples.map(shapeOf);
  return { name, description, schema: shapes.length === 1 ? shapes[0]! : { anyOf: shapes }, examples };
}

/** A JSON Schema that says which members there are and of which type, and asks for none of them. */
function shapeOf(value: unknown): Record<string, unknown> {
  // Null stands for something that is not there yet, so it says nothing about the type.
  if (value === null) return {};
  if (Array.isArray(value)) return { type: 'array', items: shapeOf(value[0]) };
  if (typeof value !== 'object') return { type: typeof value };
  const members = Object.entries(value as object).map(([name, member]) => [name, shapeOf(member)]);
  return { type: 'object', properties: Object.fromEntries(members) as Record<string, unknown> };
}
