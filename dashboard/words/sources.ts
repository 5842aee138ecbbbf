/** Whose events an endpoint takes, by what the sources are called; one that is gone by its id. */
export function sourcesWords(sources: readonly string[] | null, names: ReadonlyMap<string, string>): string {
  if (sources === null) return 'the API';
  if (sources.includes('*')) return 'any source';
  return sources.map((id) => names.get(id) ?? id).join(', ');
}
