import { pointerStep, refusal } from '../api/client.ts';

/** A name and what stands for it, with a number of its own by which its row is known. */
export interface Pair {
  key: number;
  name: string;
  value: string;
}

/** What rows are: where their object goes, and whether `a` and `A` are the same name in it. */
interface RowsOf {
  pointer: string;
  isCaseless: boolean;
}

let made = 0;

/** Rows for the members of an object. */
export function pairsOf(members: Readonly<Record<string, string>>): Pair[] {
  return Object.entries(members).map(([name, value]) => pair(name, value));
}

/**
 * The members that the rows mean; an empty row means nothing, and one that lacks only its name is for the server to refuse.
 * Throws for a name in two rows, of which only the last would count.
 */
export function membersOf(pairs: readonly Pair[], where: RowsOf): Record<string, string> {
  const plain = (name: string): string => (where.isCaseless ? name.toLowerCase() : name);
  const filled = pairs
    .map(({ name, value }) => ({ name: name.trim(), value }))
    .filter(({ name, value }) => name !== '' || value.trim() !== '');
  const names = filled.map(({ name }) => plain(name));
  const twice = filled.find(({ name }, at) => name !== '' && names.indexOf(plain(name)) < at);
  if (twice !== undefined) {
    const why = where.isCaseless ? ', for upper and lower case are the same here' : '';
    throw refusal(
      `${where.pointer}/${pointerStep(twice.name)}`,
      `stands in two rows${why}; keep one of them`,
    );
  }
  return Object.fromEntries(filled.map(({ name, value }) => [name, value]));
}

/** A new row. */
export function pair(name: string, value: string): Pair {
  made += 1;
  return { key: made, name, value };
}
