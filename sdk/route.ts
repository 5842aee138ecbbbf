/** The entry of a table by types that counts for one: the type itself, else the longest `prefix.*`, else `*`; undefined when there is none. */
export function routeOf<T>(table: Readonly<Record<string, T | undefined>>, type: string): T | undefined {
  if (Object.hasOwn(table, type)) return table[type];
  for (let dot = type.lastIndexOf('.'); dot > 0; dot = type.lastIndexOf('.', dot - 1)) {
    const pattern = `${type.slice(0, dot)}.*`;
    if (Object.hasOwn(table, pattern)) return table[pattern];
  }
  return Object.hasOwn(table, '*') ? table['*'] : undefined;
}
