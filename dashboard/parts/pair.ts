/** A name and what stands for it, with a number of its own by which its row is known. */
export interface Pair {
  key: number;
  name: string;
  value: string;
}

let made = 0;

/** Rows for the members of an object. */
export function pairsOf(members: Readonly<Record<string, string>>): Pair[] {
  return Object.entries(members).map(([name, value]) => pair(name, value));
}

/** The members that the rows mean; an empty row means nothing, and one that lacks only its name is for the server to refuse. */
export function membersOf(pairs: readonly Pair[]): Record<string, string> {
  const filled = pairs.filter(({ name, value }) => name.trim() !== '' || value.trim() !== '');
  return Object.fromEntries(filled.map(({ name, value }) => [name.trim(), value]));
}

/** A new row. */
export function pair(name: string, value: string): Pair {
  made += 1;
  return { key: made, name, value };
}
