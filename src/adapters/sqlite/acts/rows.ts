import { places } from '../../../ports/rows/delivery.ts';
import type { Database, Row } from '../database.ts';

/** An attempt's id is its delivery's key times this, plus its number. */
export const attemptIds = 8192;

export function targetsOf(row: Row): number[] {
  return JSON.parse(row.targets as string) as number[];
}

/** Condition on events `e` (one value: the checkpoint): some target was begun and has no row yet. */
export const lacksRows = `e.seq >= ? AND json_array_length(e.targets) >
  (SELECT count(*) FROM delivery d WHERE d.key >= e.seq * ${places} AND d.key < (e.seq + 1) * ${places})`;

/** The targets of an event that are under way without a row. `row` has its seq and targets. */
export function targetsWithoutRow(db: Database, row: Row): { key: number; endpointNo: number }[] {
  const first = (row.seq as number) * places;
  const written = new Set(
    db
      .all('SELECT key FROM delivery WHERE key >= ? AND key < ?', first, first + places)
      .map(({ key }) => key),
  );
  return targetsOf(row)
    .map((endpointNo, place) => ({ key: first + place, endpointNo }))
    .filter(({ key }) => !written.has(key));
}

/** Headers hold no line ends, so they are kept as lines. */
export function headerLines(headers: string[]): string {
  return headers.join('\n');
}
