import { catalogueEntry } from '../core/catalogue.ts';
import type { Ask } from './listen-queue.ts';

/** The account that the demo shop lives in: its own, so that deleting it leaves nothing behind. */
export const shopAccount = 'demo-shop';

/** What a newcomer is shown. */
export interface Shop {
  /** Of the bin that fails at first. */
  binId: string;
}

/**
 * Sets a shop up that has just sold something: an account with two endpoints, which are bins; one takes what it gets, the other
 * fails twice first, so that there are a delivery, its retries and signatures to look at. `askAs` asks for an account.
 */
export async function openShop(
  ask: Ask,
  askAs: (account: string) => Ask,
  newSecret: () => string,
): Promise<Shop> {
  await must(ask('POST', '/v1/accounts', { id: shopAccount, name: 'Demo shop' }));
  const shop = askAs(shopAccount);
  const binIds: string[] = [];
  for (const [name, failFirst] of [
    ['Warehouse: takes everything', 0],
    ['Newsletter: fails twice, then takes it', 2],
  ] as const) {
    const secret = newSecret();
    const bin = await must(shop('POST', '/v1/bins', { name, failFirst, scheme: 'standard', secret }));
    binIds.push(String(bin.id));
    await must(
      shop('POST', '/v1/endpoints', {
        url: bin.url,
        events: ['order.*', 'inventory.*'],
        description: name,
        secret,
        retry: { schedule: ['2s', '5s', '1m'] },
      }),
    );
  }
  for (const [type, reference] of [
    ['order.created', 'ORD12345'],
    ['inventory.low', 'SKU001'],
  ] as const)
    await must(shop('POST', '/v1/events', { type, reference, data: catalogueEntry(type)!.examples.at(-1) }));
  return { binId: binIds[1]! };
}

async function must(asking: ReturnType<Ask>): Promise<Record<string, unknown>> {
  const { status, body } = await asking;
  if (status >= 300) throw new Error(`the server answered ${status}: ${body}`);
  return JSON.parse(body) as Record<string, unknown>;
}
