import type { Account } from '../../core/account.ts';
import { notFound } from '../../core/errors.ts';
import { parseDeliveryId } from '../../core/ids.ts';
import type { ApiParts } from '../parts.ts';

/** Keys and endpoints of the deliveries with these ids, each once. Throws `not_found` when any of them is not the account's. */
export async function findDeliveries(
  parts: ApiParts,
  account: Account,
  ids: readonly string[],
): Promise<{ id: string; key: number; endpointNo: number }[]> {
  const idOf = new Map<number, string>();
  for (const id of ids) {
    const key = parseDeliveryId(id);
    if (key === null) throw notFound('delivery', id);
    idOf.set(key, id);
  }
  const owned = await parts.store.ownedKeys(account.no, [...idOf.keys()]);
  const found = owned.map((one) => ({ ...one, id: idOf.get(one.key)! }));
  for (const { key } of owned) idOf.delete(key);
  for (const id of idOf.values()) throw notFound('delivery', id);
  return found;
}
