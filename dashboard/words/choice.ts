/** What a click at one of `ids` does to those that are chosen: with `from`, the whole span from there becomes what the clicked one becomes. */
export function chosenAfter(
  { ids, chosen }: { ids: readonly string[]; chosen: ReadonlySet<string> },
  clicked: string,
  from: string | null,
): Set<string> {
  const after = new Set(chosen);
  const isOn = !chosen.has(clicked);
  const to = ids.indexOf(clicked);
  const start = from === null ? -1 : ids.indexOf(from);
  const span = start < 0 || to < 0 ? [clicked] : ids.slice(Math.min(start, to), Math.max(start, to) + 1);
  for (const id of span) {
    if (isOn) after.add(id);
    else after.delete(id);
  }
  return after;
}
