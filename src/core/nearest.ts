/** The known names that were most probably meant, best first, at most `most`; none where nothing is near. */
export function nearest(name: string, known: readonly string[], most: number): string[] {
  return known
    .map((other) => ({ other, ...likeness(name, other) }))
    .filter(
      ({ changes, shared }) => changes <= Math.max(2, name.length / 2) || shared >= Math.min(4, name.length),
    )
    .sort((a, b) => a.changes - 2 * a.shared - (b.changes - 2 * b.shared))
    .slice(0, most)
    .map(({ other }) => other);
}

/** `Did you mean a, b or c?` with a space before it; empty where nothing is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known, 3);
  const last = near.pop();
  if (last === undefined) return '';
  return ` Did you mean ${near.length === 0 ? last : `${near.join(', ')} or ${last}`}?`;
}

/** How many letters to change, and how many the two begin with alike. */
function likeness(a: string, b: string): { changes: number; shared: number } {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared += 1;
  return { changes: distance(a, b), shared };
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
