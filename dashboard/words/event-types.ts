/** Of which an endpoint that takes everything is shown first what becomes of it. */
const usual = 'order.created';

/** Whether what an endpoint wants, `order.*` or `*` among it, takes this type. */
export function wants(patterns: readonly string[], type: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === '*' ||
      pattern === type ||
      (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))),
  );
}

/** The types to try an endpoint with: first those that it wants, one made up where none is known, then all others. */
export function typesToTry(patterns: readonly string[], known: readonly string[]): string[] {
  const wanted = known.filter((type) => wants(patterns, type));
  const unknown = patterns.filter((pattern) => !wanted.some((type) => wants([pattern], type)));
  const made = unknown.map((pattern) => (pattern === '*' ? usual : pattern.replace(/\*$/, 'created')));
  const first = wanted.includes(usual) ? [usual] : [];
  return [...new Set([...first, ...wanted, ...made, ...known])];
}
