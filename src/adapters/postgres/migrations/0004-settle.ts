const bounds = [0, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];
const buckets = bounds.map((_, i) => `h${i}`);
/** Whether a duration belongs into each. */
const within = bounds.map((low, i) => {
  const above = i === 0 ? '' : `duration > ${low}`;
  const upTo = i === bounds.length - 1 ? '' : `duration <= ${bounds[i + 1]}`;
  return [above, upTo].filter((part) => part !== '').join(' AND ');
});
const counted = within.map((one) => `count(*) FILTER (WHERE at_minute AND ${one})`);
const summed = ['delivered', 'failed', 'dead', 'duration_sum', ...buckets];

/*
 * Ends of attempts, in one statement. A delivery that went straight from its accept to its receiver and arrived costs two rows that
 * are appended; whatever else happens is looked for only where there can be something.
 */
export const settle = `
CREATE FUNCTION settle_attempts(
  p_epoch bigint, p_now bigint, p_key bigint[], p_endpoint bigint[], p_fresh boolean[], p_started bigint[], p_tries integer[],
  p_state smallint[], p_due bigint[], p_n integer[], p_at bigint[], p_duration double precision[], p_status integer[], p_error text[],
  p_detail text[], p_url text[], p_request_headers text[], p_body_head text[], p_body_with_data boolean[], p_body_tail text[],
  p_response_headers text[], p_response_body text[], p_truncated boolean[], p_next bigint[],
  h_ord integer[], h_failing_since bigint[], h_failures bigint[], h_status text[], h_reason text[], h_status_at bigint[], p_kept integer
) RETURNS TABLE (ord integer, settled boolean, stop_at bigint, stop_version bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  v_account bigint[];
  v_final smallint[];
  v_rows boolean;
  v_held jsonb;
  v_done integer[] := '{}';
  v_over integer[] := '{}';
  v_first bigint[];
  v_is_done boolean[];
  v_stop_at bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_key)]);
  v_stop_version bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_key)]);
  v_at bigint;
  v_version bigint;
  v_one record;
BEGIN
  IF NOT hold_epoch(p_epoch) THEN
    RETURN QUERY SELECT i.ord::integer, false, NULL::bigint, NULL::bigint FROM unnest(p_key) WITH ORDINALITY AS i (key, ord);
    RETURN;
  END IF;
  -- What is still owed to an endpoint that was deleted meanwhile is cancelled.
  SELECT array_agg(p.account_no ORDER BY i.ord),
      array_agg(CASE WHEN i.state = 0 AND p.deleted_at IS NOT NULL THEN 3 ELSE i.state END ORDER BY i.ord)
    INTO v_account, v_final
    FROM unnest(p_endpoint, p_state) WITH ORDINALITY AS i (endpoint, state, ord) LEFT JOIN endpoint p ON p.no = i.endpoint;

  SELECT true, coalesce(bool_or(o.order_ref IS NOT NULL OR o.replay_no IS NOT NULL), false)::text::jsonb INTO v_rows, v_held
    FROM open_delivery o WHERE o.key = ANY (p_key) HAVING count(*) > 0;
  IF v_rows THEN
    IF v_held = 'true' THEN
      PERFORM pg_advisory_xact_lock(x.lock) FROM (SELECT DISTINCT order_lock(o.endpoint_no, o.order_ref) AS lock
        FROM open_delivery o WHERE o.key = ANY (p_key) AND o.order_ref IS NOT NULL ORDER BY 1) x;
    END IF;

    -- Leased rows whose delivery is over: they move.
    WITH gone AS (
      DELETE FROM open_delivery o
      USING unnest(p_key, p_n, v_final) WITH ORDINALITY AS i (key, n, final, ord)
      WHERE o.key = i.key AND o.lease = p_epoch AND o.attempts = i.n - 1 AND (i.final <> 0 OR o.state = 3)
      RETURNING i.ord, i.final, o.*),
    put AS (
      INSERT INTO ended_delivery (key, account_no, endpoint_no, state, tries, attempts, started_at, last_at, ended_at, last_status, last_error)
      SELECT key, account_no, endpoint_no, CASE WHEN state = 3 THEN 3 ELSE final END,
        CASE WHEN state = 3 THEN tries ELSE p_tries[ord] END, p_n[ord], started_at, p_at[ord],
        CASE WHEN state = 3 THEN coalesce(ended_at, p_now) ELSE p_now END, p_status[ord], p_error[ord] FROM gone)
    SELECT coalesce(array_agg(ord::integer), '{}'), coalesce(array_agg(ord::integer) FILTER (WHERE state = 3), '{}'),
      jsonb_agg(jsonb_build_object('endpoint', endpoint_no, 'ref', order_ref, 'replay', replay_no, 'final', final))
        FILTER (WHERE state = 0 AND (order_ref IS NOT NULL OR replay_no IS NOT NULL))
      INTO v_done, v_over, v_held FROM gone;

    WITH again AS (
      UPDATE open_delivery o SET line = CASE WHEN o.replay_no IS NULL THEN 1 ELSE 2 END, tries = p_tries[i.ord], attempts = p_n[i.ord],
        due_at = p_due[i.ord], lease = NULL, last_at = p_at[i.ord], last_status = p_status[i.ord], last_error = p_error[i.ord], ended_at = NULL
      FROM unnest(p_key, p_n, v_final) WITH ORDINALITY AS i (key, n, final, ord)
      WHERE o.key = i.key AND o.lease = p_epoch AND o.attempts = i.n - 1 AND i.final = 0 AND o.state = 0
      RETURNING i.ord)
    SELECT v_done || coalesce(array_agg(ord::integer), '{}') INTO v_done FROM again;
  END IF;

  -- What was begun at its accept and has no row: this is its first.
  WITH first AS (
    INSERT INTO ended_delivery (key, account_no, endpoint_no, state, tries, attempts, started_at, last_at, ended_at, last_status, last_error)
    SELECT i.key, i.account, i.endpoint, i.final, i.tries, i.n, i.started, i.at, p_now, i.status, i.error
    FROM unnest(p_key, v_account, p_endpoint, p_fresh, p_started, v_final, p_tries, p_n, p_at, p_status, p_error)
      AS i (key, account, endpoint, fresh, started, final, tries, n, at, status, error)
    WHERE i.fresh AND i.final <> 0 AND NOT (v_rows IS TRUE AND EXISTS (SELECT 1 FROM open_delivery o WHERE o.key = i.key))
      AND EXISTS (SELECT 1 FROM event e WHERE e.seq = i.key >> 16)
    ON CONFLICT DO NOTHING RETURNING key)
  SELECT array_agg(key) INTO v_first FROM first;
  IF 0 = ANY (v_final) THEN
    WITH first AS (
      INSERT INTO open_delivery (key, account_no, endpoint_no, state, line, tries, attempts, due_at, started_at, last_at, last_status, last_error)
      SELECT i.key, i.account, i.endpoint, 0, 1, i.tries, i.n, i.due, i.started, i.at, i.status, i.error
      FROM unnest(p_key, v_account, p_endpoint, p_fresh, p_started, v_final, p_tries, p_n, p_at, p_status, p_error, p_due)
        AS i (key, account, endpoint, fresh, started, final, tries, n, at, status, error, due)
      WHERE i.fresh AND i.final = 0 AND NOT EXISTS (SELECT 1 FROM ended_delivery d WHERE d.key = i.key)
        AND EXISTS (SELECT 1 FROM event e WHERE e.seq = i.key >> 16)
      ON CONFLICT DO NOTHING RETURNING key)
    SELECT v_first || array_agg(key) INTO v_first FROM first;
  END IF;
  SELECT array_agg(i.ord = ANY (v_done) OR coalesce(i.key = ANY (v_first), false) ORDER BY i.ord) INTO v_is_done
    FROM unnest(p_key) WITH ORDINALITY AS i (key, ord);

  INSERT INTO attempt (key, n, account_no, at, duration, http_status, error, detail, url, request_headers, body_head, body_with_data,
      body_tail, response_headers, response_body, response_truncated, next_at)
    SELECT i.key, i.n, i.account, i.at, round(i.duration), i.status, i.error, i.detail, i.url, i.request_headers, i.body_head, i.body_with_data,
      i.body_tail, i.response_headers, i.response_body, i.truncated, CASE WHEN i.final = 3 OR i.ord = ANY (v_over) THEN NULL ELSE i.next END
    FROM unnest(v_is_done, p_key, p_n, v_account, p_at, p_duration, p_status, p_error, p_detail, p_url, p_request_headers, p_body_head,
        p_body_with_data, p_body_tail, p_response_headers, p_response_body, p_truncated, v_final, p_next) WITH ORDINALITY
      AS i (done, key, n, account, at, duration, status, error, detail, url, request_headers, body_head,
        body_with_data, body_tail, response_headers, response_body, truncated, final, next, ord)
    WHERE i.done AND i.n <= p_kept;

  INSERT INTO stat (account_no, endpoint_no, minute, backend, ${summed.join(', ')})
    SELECT account, endpoint, minute, pg_backend_pid(), count(*) FILTER (WHERE at_minute AND error IS NULL),
      count(*) FILTER (WHERE at_minute AND error IS NOT NULL), count(*) FILTER (WHERE NOT at_minute),
      coalesce(round(sum(duration) FILTER (WHERE at_minute)), 0), ${counted.join(', ')}
    FROM (
      SELECT i.account, i.endpoint, i.at / 60000 AS minute, true AS at_minute, i.duration, i.error
        FROM unnest(v_is_done, v_account, p_endpoint, p_at, p_duration, p_error) AS i (done, account, endpoint, at, duration, error) WHERE i.done
      UNION ALL
      SELECT i.account, i.endpoint, p_now / 60000, false, 0, NULL
        FROM unnest(v_is_done, v_account, p_endpoint, v_final) WITH ORDINALITY AS i (done, account, endpoint, final, ord)
        WHERE i.done AND i.final = 2 AND NOT i.ord = ANY (v_over)) x
    WHERE account IS NOT NULL GROUP BY 1, 2, 3
    ON CONFLICT (account_no, minute, endpoint_no, backend) DO UPDATE SET ${summed.map((name) => `${name} = stat.${name} + excluded.${name}`).join(', ')};

  IF v_rows AND v_held IS NOT NULL AND jsonb_typeof(v_held) = 'array' THEN
    FOR v_one IN SELECT * FROM jsonb_to_recordset(v_held) AS h (endpoint bigint, ref text, replay bigint, final integer)
        ORDER BY h.replay, h.endpoint, h.ref LOOP
      IF v_one.ref IS NOT NULL THEN PERFORM free_next(v_one.endpoint, v_one.ref, p_now); END IF;
      IF v_one.replay IS NOT NULL THEN PERFORM count_replayed(v_one.replay, v_one.final, p_now); END IF;
    END LOOP;
  END IF;

  -- What was decided under another status of its endpoint is out of date: the change cleared the record.
  FOR v_one IN SELECT * FROM unnest(h_ord, h_failing_since, h_failures, h_status, h_reason, h_status_at)
      AS h (ord, failing_since, failures, status, reason, status_at) ORDER BY p_endpoint[h.ord], h.ord LOOP
    IF v_is_done[v_one.ord] THEN
      UPDATE endpoint SET failing_since = v_one.failing_since, failures = v_one.failures
        WHERE no = p_endpoint[v_one.ord] AND status_at = v_one.status_at;
      CONTINUE WHEN NOT FOUND OR v_one.status IS NULL OR v_one.failing_since IS NULL;
      UPDATE endpoint SET status = v_one.status, status_reason = v_one.reason, status_at = p_now
        WHERE no = p_endpoint[v_one.ord] AND status = 'active';
      CONTINUE WHEN NOT FOUND;
    END IF;
    SELECT p.status_at, a.version INTO v_at, v_version FROM endpoint p JOIN account a ON a.no = p.account_no
      WHERE p.no = p_endpoint[v_one.ord] AND p.status = v_one.status AND p.status_reason = v_one.reason;
    v_stop_at[v_one.ord] := v_at;
    v_stop_version[v_one.ord] := v_version;
  END LOOP;

  -- Not settled now: the same settlement took effect before, in a commit whose end its holder was not told; or the lease is gone.
  RETURN QUERY SELECT i.ord::integer, i.done OR EXISTS (SELECT 1 FROM delivery d
      WHERE d.key = i.key AND d.attempts = i.n AND d.last_at = i.at AND d.state IN (i.final, 3)), i.stop_at, i.stop_version
    FROM unnest(v_is_done, p_key, p_n, p_at, v_final, v_stop_at, v_stop_version) WITH ORDINALITY
      AS i (done, key, n, at, final, stop_at, stop_version, ord) ORDER BY i.ord;
END $$;

-- One more attempt, outside of a settlement.
CREATE FUNCTION count_attempt(p_account bigint, p_endpoint bigint, p_at bigint, duration double precision, p_failed boolean) RETURNS void LANGUAGE sql AS $$
  INSERT INTO stat (account_no, endpoint_no, minute, backend, ${summed.join(', ')})
    VALUES (p_account, p_endpoint, p_at / 60000, pg_backend_pid(), (NOT p_failed)::integer, p_failed::integer, 0, round(duration), ${within.map((one) => `(${one})::integer`).join(', ')})
    ON CONFLICT (account_no, minute, endpoint_no, backend) DO UPDATE SET ${summed.map((name) => `${name} = stat.${name} + excluded.${name}`).join(', ')}
$$;

-- One more dead delivery without an attempt, for the endpoint's minute.
CREATE FUNCTION count_dead(p_account bigint, p_endpoint bigint, p_minute bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO stat (account_no, endpoint_no, minute, backend, ${summed.join(', ')})
    VALUES (p_account, p_endpoint, p_minute, pg_backend_pid(), 0, 0, 1, 0, ${buckets.map(() => '0').join(', ')})
    ON CONFLICT (account_no, minute, endpoint_no, backend) DO UPDATE SET dead = stat.dead + 1
$$;
`;
