import type { Page } from '../api/types.ts';

/** The word for one of them, or for none or several. */
export function plural(count: number, one: string, more: string): string {
  return count === 1 ? one : more;
}

/** So many, with their word: `1 delivery is`, `1,200 deliveries are`. */
export function counted(count: number, one: string, more: string): string {
  return `${count.toLocaleString()} ${plural(count, one, more)}`;
}

/** How many, where counting may have stopped there: `12`, or `at least 10,000`. */
export function countedSoFar({ total, atLeast }: { total: number; atLeast: boolean }): string {
  return `${atLeast ? 'at least ' : ''}${total.toLocaleString()}`;
}

/** How many, as far as one page of them tells: `12`, or `more than 100`. */
export function countedOn({ data, nextCursor }: Pick<Page<unknown>, 'data' | 'nextCursor'>): string {
  return `${nextCursor === null ? '' : 'more than '}${data.length.toLocaleString()}`;
}
