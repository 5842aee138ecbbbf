/** How many, where counting may have stopped there: `12`, or `at least 10,000`. */
export function counted({ total, atLeast }: { total: number; atLeast: boolean }): string {
  return `${atLeast ? 'at least ' : ''}${total.toLocaleString()}`;
}
