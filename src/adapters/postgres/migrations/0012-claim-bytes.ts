const owedColumns = `d.key, d.endpoint_no, d.tries, d.attempts, d.started_at, d.replay_no, e.seq, e.account_no, e.id, e.type, e.timestamp,
  e.reference, e.source, e.origin, e.trace_id, e.created_at, e.data, e.received`;
const owedTable = `key bigint, endpoint_no bigint, tries integer, attempts integer, started_at bigint, replay_no bigint, seq bigint,
  account_no bigint, id text, type text, "timestamp" text, reference text, source text, origin text, trace_id text, created_at bigint, data text, received text`;
const nulls = `NULL::bigint, NULL::bigint, NULL::integer, NULL::integer, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::text,
  NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint, NULL::text, NULL::text`;
const plans = 'SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off';

/** A claim brings no more than so many bytes of each line, and one delivery at least. Nodes of the version before use the one beside it. */
export const claimBytes = `
CREATE FUNCTION claim_due(
  p_epoch bigint, p_generation integer, p_now bigint, p_burst_share double precision, p_endpoint bigint[], p_first integer[], p_retry integer[], p_replayed integer[], p_bytes bigint
) RETURNS TABLE (ord integer, first_at bigint, retry_at bigint, replayed_at bigint, ${owedTable})
LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_ask record;
  v_rate double precision;
  v_burst double precision;
  v_room integer;
  v_took integer;
  v_count integer;
  v_from bigint;
BEGIN
  PERFORM require_generation(p_epoch, p_generation);
  FOR v_ask IN SELECT * FROM unnest(p_endpoint, p_first, p_retry, p_replayed) WITH ORDINALITY
      AS a (endpoint, first, retry, replayed, ord) ORDER BY a.endpoint, a.ord LOOP
    SELECT p.rate_per_second INTO v_rate FROM endpoint p WHERE p.no = v_ask.endpoint AND p.status = 'active' AND p.deleted_at IS NULL;
    CONTINUE WHEN NOT FOUND;
    v_burst := greatest(1, floor(v_rate * p_burst_share));
    v_room := CASE WHEN v_rate IS NULL THEN 2147483647 ELSE rate_room(v_ask.endpoint, v_rate, v_burst, p_now) END;
    v_took := 0;
    FOR v_line IN 0..2 LOOP
      CONTINUE WHEN (ARRAY[v_ask.first, v_ask.retry, v_ask.replayed])[v_line + 1] <= 0 OR v_room - v_took <= 0;
      RETURN QUERY
        WITH due AS (
          SELECT key, due_at FROM open_delivery WHERE endpoint_no = v_ask.endpoint AND line = v_line AND state = 0 AND lease IS NULL AND due_at <= p_now
          ORDER BY due_at, key LIMIT least((ARRAY[v_ask.first, v_ask.retry, v_ask.replayed])[v_line + 1], v_room - v_took) FOR UPDATE SKIP LOCKED),
        sized AS (
          SELECT due.key, sum(octet_length(e.data) + coalesce(octet_length(e.received), 0)) OVER upto
              - octet_length(e.data) - coalesce(octet_length(e.received), 0) AS before
          FROM due JOIN event e ON e.seq = due.key >> 16 WINDOW upto AS (ORDER BY due.due_at, due.key ROWS UNBOUNDED PRECEDING)),
        d AS (UPDATE open_delivery o SET lease = p_epoch, pulled_at = NULL FROM sized WHERE o.key = sized.key AND sized.before < p_bytes
          RETURNING o.*)
        SELECT v_ask.ord::integer, NULL::bigint, NULL::bigint, NULL::bigint, ${owedColumns}
        FROM d JOIN event e ON e.seq = d.key >> 16 ORDER BY d.due_at, d.key;
      GET DIAGNOSTICS v_count = ROW_COUNT;
      v_took := v_took + v_count;
    END LOOP;
    v_from := 0;
    IF v_rate IS NOT NULL THEN
      UPDATE rate SET free_at = greatest(free_at, p_now) + v_took * 1000.0 / v_rate WHERE endpoint_no = v_ask.endpoint AND v_took > 0;
      SELECT ceil(free_at - (v_burst - 1) * 1000.0 / v_rate) INTO v_from FROM rate WHERE endpoint_no = v_ask.endpoint;
    END IF;
    -- Not before the rate allows it again; what is null stays null.
    RETURN QUERY SELECT v_ask.ord::integer,
      CASE WHEN x.first IS NOT NULL THEN greatest(x.first, v_from) END, CASE WHEN x.retry IS NOT NULL THEN greatest(x.retry, v_from) END,
      CASE WHEN x.replayed IS NOT NULL THEN greatest(x.replayed, v_from) END, ${nulls}
      FROM (SELECT next_due(v_ask.endpoint, 0) AS first, next_due(v_ask.endpoint, 1) AS retry, next_due(v_ask.endpoint, 2) AS replayed) x;
  END LOOP;
END $$;
`;
