const owedColumns = `d.key, d.endpoint_no, d.tries, d.attempts, d.started_at, d.replay_no, e.seq, e.account_no, e.id, e.type, e.timestamp,
  e.reference, e.source, e.origin, e.trace_id, e.created_at, e.data, e.received`;
const owedTable = `key bigint, endpoint_no bigint, tries integer, attempts integer, started_at bigint, replay_no bigint, seq bigint,
  account_no bigint, id text, type text, "timestamp" text, reference text, source text, origin text, trace_id text, created_at bigint, data text, received text`;
const nulls = `NULL::bigint, NULL::bigint, NULL::integer, NULL::integer, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::text,
  NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint, NULL::text, NULL::text`;
const plans = 'SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off';

/** Who holds work: claims, what is given back or gets its row, and what is taken over from a node that is gone. */
export const leases = `
-- When what waits in a line of an endpoint is due next; null: nothing is.
CREATE FUNCTION next_due(p_endpoint bigint, p_line integer) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT nullif((SELECT due_at FROM open_delivery WHERE endpoint_no = p_endpoint AND line = p_line AND state = 0 AND lease IS NULL
    ORDER BY due_at LIMIT 1), 8640000000000000)
$$;

-- How many may go now at an endpoint with a rate; its row is held until the commit, so that all nodes count together.
CREATE FUNCTION rate_room(p_endpoint bigint, p_rate double precision, p_burst double precision, p_now bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_free double precision;
BEGIN
  INSERT INTO rate (endpoint_no, free_at) VALUES (p_endpoint, 0) ON CONFLICT DO NOTHING;
  SELECT free_at INTO v_free FROM rate WHERE endpoint_no = p_endpoint FOR UPDATE;
  RETURN greatest(0, floor(p_burst - (greatest(v_free, p_now) - p_now) * p_rate / 1000.0 + 0.000001))::integer;
END $$;

CREATE FUNCTION claim_due(
  p_epoch bigint, p_generation integer, p_now bigint, p_burst_share double precision, p_endpoint bigint[], p_first integer[], p_retry integer[], p_replayed integer[]
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
          SELECT key FROM open_delivery WHERE endpoint_no = v_ask.endpoint AND line = v_line AND state = 0 AND lease IS NULL AND due_at <= p_now
          ORDER BY due_at, key LIMIT least((ARRAY[v_ask.first, v_ask.retry, v_ask.replayed])[v_line + 1], v_room - v_took) FOR UPDATE SKIP LOCKED),
        d AS (UPDATE open_delivery o SET lease = p_epoch, pulled_at = NULL FROM due WHERE o.key = due.key RETURNING o.*)
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

-- Rows for what was begun at its accept and has none. Not beside a settlement of the same node: see require_epoch_alone.
CREATE FUNCTION write_begun(
  p_lease bigint, p_due bigint, p_key bigint[], p_endpoint bigint[], p_tries integer[], p_attempts integer[], p_started bigint[]
) RETURNS void LANGUAGE plpgsql ${plans} AS $$
BEGIN
  INSERT INTO open_delivery (key, account_no, endpoint_no, state, line, tries, attempts, due_at, lease, started_at)
    SELECT i.key, e.account_no, i.endpoint, 0, (i.tries > 0)::integer, i.tries, i.attempts, p_due, p_lease, i.started
    FROM unnest(p_key, p_endpoint, p_tries, p_attempts, p_started) AS i (key, endpoint, tries, attempts, started)
    JOIN event e ON e.seq = i.key >> 16 WHERE NOT EXISTS (SELECT 1 FROM ended_delivery d WHERE d.key = i.key)
    ON CONFLICT DO NOTHING;
  UPDATE endpoint SET chore = 2 WHERE no = ANY (p_endpoint) AND deleted_at IS NOT NULL AND chore <> 2;
END $$;

-- What a node had begun at an accept and has not settled: the targets of its events without a row, since its checkpoint.
CREATE FUNCTION begun_of(p_epoch bigint, p_low bigint) RETURNS TABLE (key bigint, endpoint_no bigint, created_at bigint)
LANGUAGE plpgsql STABLE ${plans} AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT e.seq * 65536 + t.place - 1, t.endpoint, e.created_at
    FROM event e CROSS JOIN unnest(e.targets) WITH ORDINALITY AS t (endpoint, place)
    WHERE e.seq >= p_low AND e.epoch = p_epoch AND NOT EXISTS (SELECT 1 FROM open_delivery o WHERE o.key = e.seq * 65536 + t.place - 1)
      AND NOT EXISTS (SELECT 1 FROM ended_delivery d WHERE d.key = e.seq * 65536 + t.place - 1);
END $$;

-- What was cancelled under way and will not be settled any more.
CREATE FUNCTION end_cancelled(p_epoch bigint, p_keys bigint[]) RETURNS void LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM open_delivery WHERE lease = p_epoch AND state = 3 AND (p_keys IS NULL OR key = ANY (p_keys)) RETURNING *)
  INSERT INTO ended_delivery (key, account_no, endpoint_no, state, tries, attempts, started_at, last_at, ended_at, last_status, last_error)
  SELECT key, account_no, endpoint_no, 3, tries, attempts, started_at, last_at, coalesce(ended_at, started_at), last_status, last_error FROM gone
$$;

CREATE FUNCTION release_leases(
  p_epoch bigint, p_generation integer, p_now bigint, p_key bigint[], p_endpoint bigint[], p_fresh boolean[], p_tries integer[], p_attempts integer[], p_started bigint[]
) RETURNS void LANGUAGE plpgsql ${plans} AS $$
BEGIN
  IF true = ANY (p_fresh) THEN PERFORM require_epoch_alone(p_epoch); END IF;
  PERFORM require_generation(p_epoch, p_generation);
  PERFORM end_cancelled(p_epoch, p_key);
  UPDATE open_delivery SET lease = NULL, due_at = p_now WHERE key = ANY (p_key) AND lease = p_epoch;
  PERFORM write_begun(NULL, p_now, array_agg(i.key), array_agg(i.endpoint), array_agg(i.tries), array_agg(i.attempts), array_agg(i.started))
    FROM unnest(p_key, p_endpoint, p_fresh, p_tries, p_attempts, p_started) AS i (key, endpoint, fresh, tries, attempts, started)
    WHERE i.fresh HAVING count(*) > 0;
END $$;

CREATE FUNCTION spill_begun(
  p_epoch bigint, p_now bigint, p_low bigint, p_key bigint[], p_endpoint bigint[], p_tries integer[], p_attempts integer[], p_started bigint[]
) RETURNS void LANGUAGE plpgsql ${plans} AS $$
BEGIN
  IF cardinality(p_key) > 0 THEN
    PERFORM require_epoch_alone(p_epoch);
    PERFORM write_begun(p_epoch, p_now, p_key, p_endpoint, p_tries, p_attempts, p_started);
  ELSE
    PERFORM require_epoch(p_epoch);
  END IF;
  UPDATE node SET low_seq = p_low WHERE epoch = p_epoch AND low_seq < p_low;
END $$;

CREATE FUNCTION reclaim_leases(p_epoch bigint, p_now bigint, p_held bigint[]) RETURNS integer LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_generation integer;
BEGIN
  PERFORM require_epoch_alone(p_epoch);
  UPDATE node SET generation = generation + 1 WHERE epoch = p_epoch RETURNING generation INTO v_generation;
  PERFORM write_begun(NULL, p_now, array_agg(b.key), array_agg(b.endpoint_no), array_agg(0), array_agg(0), array_agg(b.created_at))
    FROM begun_of(p_epoch, (SELECT low_seq FROM node WHERE epoch = p_epoch)) b WHERE NOT b.key = ANY (p_held) HAVING count(*) > 0;
  PERFORM end_cancelled(p_epoch, array_agg(key)) FROM open_delivery WHERE lease = p_epoch AND state = 3 AND NOT key = ANY (p_held) HAVING count(*) > 0;
  UPDATE open_delivery SET lease = NULL, due_at = p_now WHERE lease = p_epoch AND NOT key = ANY (p_held);
  RETURN v_generation;
END $$;

-- Ends a node and leases what it held to another one, once; answers the keys. Its statements under way have committed by then, or never will.
CREATE FUNCTION take_over(p_gone bigint, p_epoch bigint, p_now bigint) RETURNS bigint[] LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_low bigint;
  v_keys bigint[];
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7411 AND objid = p_gone::integer::oid AND mode = 'ShareLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid();
  PERFORM pg_advisory_xact_lock(7411, p_gone::integer);
  DELETE FROM node WHERE epoch = p_gone RETURNING low_seq INTO v_low;
  IF NOT FOUND THEN RETURN '{}'; END IF;
  PERFORM write_begun(p_gone, p_now, array_agg(b.key), array_agg(b.endpoint_no), array_agg(0), array_agg(0), array_agg(b.created_at))
    FROM begun_of(p_gone, v_low) b HAVING count(*) > 0;
  UPDATE open_delivery o SET state = 3, ended_at = p_now FROM endpoint p
    WHERE o.lease = p_gone AND o.state = 0 AND p.no = o.endpoint_no AND p.deleted_at IS NOT NULL;
  -- Of what was cancelled under way nobody will ever know how its attempt ended.
  PERFORM end_cancelled(p_gone, NULL);
  WITH ours AS (UPDATE open_delivery SET lease = p_epoch WHERE lease = p_gone RETURNING key)
    SELECT coalesce(array_agg(key), '{}') INTO v_keys FROM ours;
  RETURN v_keys;
END $$;

CREATE FUNCTION join_nodes(p_name text, p_now bigint, p_dead_since bigint) RETURNS TABLE (epoch bigint, ${owedTable})
LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_epoch bigint := nextval('node_epoch');
  v_gone bigint;
BEGIN
  INSERT INTO node (epoch, name, low_seq, beat_at) VALUES (v_epoch, p_name, nextval('event_seq'), p_now);
  UPDATE era SET began_at = p_now WHERE no = (SELECT min(no) FROM era WHERE closed_at IS NULL) AND began_at IS NULL;
  FOR v_gone IN SELECT n.epoch FROM node n WHERE n.epoch < v_epoch AND (n.name = p_name OR n.beat_at <= p_dead_since) ORDER BY n.epoch LOOP
    PERFORM take_over(v_gone, v_epoch, p_now);
  END LOOP;
  RETURN QUERY SELECT v_epoch, ${nulls};
  RETURN QUERY SELECT v_epoch, ${owedColumns} FROM open_delivery d JOIN event e ON e.seq = d.key >> 16
    WHERE d.lease = v_epoch AND d.state = 0 ORDER BY d.key;
END $$;

-- Says that a node lives, and takes over from those that have not said so for too long.
CREATE FUNCTION beat_node(p_epoch bigint, p_now bigint, p_dead_since bigint, p_low bigint) RETURNS TABLE (${owedTable})
LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_gone bigint;
  v_keys bigint[];
BEGIN
  UPDATE node SET beat_at = p_now, low_seq = greatest(low_seq, p_low) WHERE epoch = p_epoch;
  IF NOT FOUND THEN PERFORM require_epoch(p_epoch); END IF;
  FOR v_gone IN SELECT n.epoch FROM node n WHERE n.epoch <> p_epoch AND n.beat_at <= p_dead_since ORDER BY n.epoch LOOP
    v_keys := take_over(v_gone, p_epoch, p_now);
    RETURN QUERY SELECT ${owedColumns} FROM open_delivery d JOIN event e ON e.seq = d.key >> 16 WHERE d.key = ANY (v_keys) ORDER BY d.key;
  END LOOP;
END $$;
`;
