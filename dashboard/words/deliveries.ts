import type { DeliveryStatus } from '../api/types.ts';

const over: readonly DeliveryStatus[] = ['delivered', 'dead', 'cancelled'];

/** Whether nothing more happens to a delivery by itself. */
export function isOver(status: DeliveryStatus): boolean {
  return over.includes(status);
}

/** So many can be named one by one in a request. */
export const namedAtMost = 1000;
