import { api, withQuery } from './client.ts';
import type { Page } from './types.ts';

const perPage = 250;
/** A browser holds the whole file in memory. */
const pagesAtMost = 200;

/** Every row of a list, a line of JSON each; `isCut`: there were more than a browser should hold. */
export async function linesOf(
  path: string,
  query: Record<string, string | undefined>,
): Promise<{ text: string; rows: number; isCut: boolean }> {
  const lines: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pagesAtMost; page += 1) {
    const found: Page<unknown> = await api('GET', withQuery(path, { ...query, limit: perPage, cursor }));
    for (const row of found.data) lines.push(`${JSON.stringify(row)}\n`);
    cursor = found.nextCursor;
    if (cursor === null) break;
  }
  return { text: lines.join(''), rows: lines.length, isCut: cursor !== null };
}

/** Hands a file to the person, who keeps it where their browser keeps files. */
export function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
