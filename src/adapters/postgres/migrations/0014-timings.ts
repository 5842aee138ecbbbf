import { settle } from './0004-settle.ts';

/** The act as 0004 has it, keeping one more column of each attempt. */
const changes: readonly [string, string][] = [
  ['p_kept integer\n)', 'p_kept integer, p_timings text[]\n)'],
  ['response_truncated, next_at)', 'response_truncated, next_at, timings)'],
  ['THEN NULL ELSE i.next END\n', 'THEN NULL ELSE i.next END, i.timings\n'],
  ['p_truncated, v_final, p_next)', 'p_truncated, v_final, p_next, p_timings)'],
  ['truncated, final, next, ord)', 'truncated, final, next, timings, ord)'],
];

export function settleWithTimings(): string {
  let sql = settle.slice(0, settle.indexOf('-- One more attempt, outside of a settlement.'));
  for (const [before, after] of changes) sql = sql.replace(before, after);
  return sql;
}

/** Where the time of an attempt went, as `core/timings.ts` writes it. Nodes of the version before use the function beside this one. */
export const timings = `
ALTER TABLE attempt ADD COLUMN timings text;
${settleWithTimings()}`;
