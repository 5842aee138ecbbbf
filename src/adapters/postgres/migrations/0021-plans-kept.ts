const acceptTypes = `bigint, integer, bigint[], bigint[], text[], text[], text[], text[], text[], text[], text[], text[], bigint[], uuid[], text[], text[],
  integer[], integer[], bigint[], bigint[], text[]`;
const settleTypes = `bigint, bigint, bigint[], bigint[], boolean[], bigint[], integer[], smallint[], bigint[], integer[], bigint[], double precision[], integer[],
  text[], text[], text[], text[], text[], boolean[], text[], text[], text[], boolean[], bigint[], integer[], bigint[], bigint[], text[], text[], bigint[], integer`;
const acts = [
  `accept_events(${acceptTypes})`,
  `accept_keyed(${acceptTypes}, text, text, bigint, bigint, text, bigint, bigint)`,
  `settle_attempts(${settleTypes})`,
  `settle_attempts(${settleTypes}, text[])`,
];

/**
 * An accept and a settlement look everything up by its key, so there is one way to do it. Left to itself the server plans the dozen
 * statements in them anew each time as long as few events come at once, for it takes a list it does not know for one of ten. Claims
 * keep their plans for the moment: how they go depends on how many rows are asked for.
 */
export const plansKept = acts
  .map((act) => `ALTER FUNCTION ${act} SET plan_cache_mode = force_generic_plan;`)
  .join('\n');
