/**
 * The condition that a column, by which a table is divided into eras, has one of some values; it takes `amongValues`. By their bounds
 * the server leaves out the other eras: those it would look into for each of the values. (50 of a million deliveries: 0.4 instead of 0.9 ms.)
 */
export const amongSql = (column: string): string =>
  `${column} = ANY (?::bigint[]) AND ${column} BETWEEN ? AND ?`;

export function amongValues(
  values: readonly number[],
): [values: readonly number[], lowest: number, highest: number] {
  let [lowest, highest] = [0, -1];
  if (values.length > 0) [lowest, highest] = [Math.min(...values), Math.max(...values)];
  return [values, lowest, highest];
}
