import { accept } from './0003-accept.ts';
import { settleWithTimings } from './0014-timings.ts';

/** Lists that are read side by side, with a name for what each holds, and perhaps one for the place. */
const sideBySide = /FROM unnest\(([^)]+)\)( WITH ORDINALITY)?\s+AS (\w+) \(([^)]+)\)/g;
/** With fewer lists than this it makes no difference. */
const fewLists = 5;

/** The same rows, made one by one as they are used. */
function inStep(sql: string): string {
  return sql.replace(
    sideBySide,
    (asItWas, listNames: string, place: string | undefined, of: string, given: string) => {
      const lists = listNames.split(/,\s*/);
      const names = given.split(/,\s*/);
      if (lists.length < fewLists) return asItWas;
      const columns = lists.map((list, i) => `unnest(${list}) AS ${names[i]}`);
      if (place !== undefined)
        columns.push(`generate_series(1, cardinality(${lists[0]})) AS ${names.at(-1)}`);
      return `FROM (SELECT ${columns.join(', ')}) AS ${of}`;
    },
  );
}

const acceptEvents = accept.slice(0, accept.indexOf('-- What an idempotency key answers'));

const allFirst = `  IF cardinality(v_first) = cardinality(p_key) THEN
    v_is_done := array_fill(true, ARRAY[cardinality(p_key)]);
  ELSE
    SELECT array_agg(i.ord = ANY (v_done) OR coalesce(i.key = ANY (v_first), false) ORDER BY i.ord) INTO v_is_done
      FROM unnest(p_key) WITH ORDINALITY AS i (key, ord);
  END IF;
`;

/** Which of the settlements are done is looked up, each among all, unless all of them are the first of their deliveries. */
function settleAttempts(): string {
  const sql = settleWithTimings();
  const from = sql.indexOf('  SELECT array_agg(i.ord = ANY (v_done)');
  const to = sql.indexOf('\n\n', from) + 1;
  return sql.slice(0, from) + allFirst + sql.slice(to);
}

/**
 * Events and what became of them come in lists, one a column. Named side by side in FROM, the server writes each of them out as a table
 * of its own before it reads the first row: a fifth of what an accept of a hundred events cost it.
 */
export const listsInStep = [acceptEvents, settleAttempts()]
  .map((sql) =>
    inStep(sql)
      .replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION')
      // Replaced, a function forgets what was set for it, here by 0021.
      .replace('LANGUAGE plpgsql', 'LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan'),
  )
  .join('\n');
