/*
 * Events and what waits of them, in one statement: a node that is stopped in the middle holds no transaction open. Positions
 * are taken after the locks of the references they are ordered by, so that of one reference the order of positions is the
 * order of commits.
 */
export const accept = `
CREATE FUNCTION accept_events(
  p_epoch bigint, p_generation integer, p_account bigint[], p_version bigint[], p_id text[], p_type text[], p_timestamp text[], p_data text[],
  p_reference text[], p_source text[], p_origin text[], p_trace text[], p_created bigint[], p_hash uuid[], p_targets text[], p_received text[],
  t_item integer[], t_place integer[], t_endpoint bigint[], t_due bigint[], t_ref text[]
) RETURNS TABLE (ord integer, seq bigint, stale boolean, type text, created_at bigint, deliveries integer, conflict boolean)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  v_seqs bigint[];
  v_fresh boolean[];
  v_count integer;
  v_stored integer;
  v_wait record;
BEGIN
  PERFORM require_generation(p_epoch, p_generation);
  PERFORM pg_advisory_xact_lock(x.lock) FROM (SELECT DISTINCT order_lock(t.endpoint, t.ref) AS lock
    FROM unnest(t_endpoint, t_ref) AS t (endpoint, ref) WHERE t.ref IS NOT NULL ORDER BY 1) x;

  SELECT array_agg(a.version = i.version ORDER BY i.ord) INTO v_fresh
    FROM unnest(p_account, p_version) WITH ORDINALITY AS i (account, version, ord) LEFT JOIN account a ON a.no = i.account;

  -- In the order they came: of one that is known already the position is never used.
  SELECT array_agg(x.seq ORDER BY x.ord), count(x.seq) INTO v_seqs, v_count
    FROM (SELECT ord, CASE WHEN fresh THEN nextval('event_seq') END AS seq FROM unnest(v_fresh) WITH ORDINALITY AS f (fresh, ord)) x;
  INSERT INTO event_id (account_no, id, seq, hash, type, deliveries, created_at)
    SELECT i.account, i.id, i.seq, i.hash, i.type, cardinality(i.targets::bigint[]), i.created
    FROM unnest(p_account, p_id, v_seqs, p_hash, p_type, p_targets, p_created)
      AS i (account, id, seq, hash, type, targets, created) WHERE i.seq IS NOT NULL ORDER BY i.account, i.id, i.seq
    ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_stored = ROW_COUNT;
  IF v_stored < v_count THEN
    SELECT array_agg(CASE WHEN k.seq = i.seq THEN i.seq END ORDER BY i.ord) INTO v_seqs
      FROM unnest(p_account, p_id, v_seqs) WITH ORDINALITY AS i (account, id, seq, ord)
      LEFT JOIN event_id k ON k.account_no = i.account AND k.id = i.id;
  END IF;
  INSERT INTO event (seq, account_no, epoch, created_at, id, type, timestamp, reference, source, origin, trace_id, targets, received, data)
    SELECT i.seq, account, p_epoch, created, id, type, timestamp, reference, source, origin, trace, targets::bigint[], received, data
    FROM unnest(v_seqs, p_account, p_created, p_id, p_type, p_timestamp, p_reference, p_source, p_origin, p_trace, p_targets, p_received, p_data)
      AS i (seq, account, created, id, type, timestamp, reference, source, origin, trace, targets, received, data) WHERE i.seq IS NOT NULL;

  INSERT INTO open_delivery (key, account_no, endpoint_no, state, line, tries, attempts, due_at, started_at)
    SELECT v_seqs[t.item] * 65536 + t.place, p_account[t.item], t.endpoint, 0, 0, 0, 0, t.due, greatest(t.due, p_created[t.item])
    FROM unnest(t_item, t_place, t_endpoint, t_due, t_ref) AS t (item, place, endpoint, due, ref)
    WHERE v_seqs[t.item] IS NOT NULL AND t.ref IS NULL;

  FOR v_wait IN SELECT * FROM unnest(t_item, t_place, t_endpoint, t_due, t_ref) WITH ORDINALITY
      AS t (item, place, endpoint, due, ref, n) WHERE v_seqs[t.item] IS NOT NULL AND t.ref IS NOT NULL ORDER BY t.n LOOP
    INSERT INTO open_delivery (key, account_no, endpoint_no, state, line, tries, attempts, due_at, started_at, order_ref, order_position)
    VALUES (v_seqs[v_wait.item] * 65536 + v_wait.place, p_account[v_wait.item], v_wait.endpoint, 0, 0, 0, 0,
      CASE WHEN has_open(v_wait.endpoint, v_wait.ref) THEN 8640000000000000 ELSE v_wait.due END,
      v_wait.due, v_wait.ref, v_seqs[v_wait.item] * 65536 + v_wait.place);
  END LOOP;

  IF v_stored = cardinality(v_seqs) THEN
    RETURN QUERY SELECT i.ord::integer, i.seq, false, NULL, NULL::bigint, NULL::integer, NULL::boolean
      FROM unnest(v_seqs) WITH ORDINALITY AS i (seq, ord);
    RETURN;
  END IF;
  RETURN QUERY SELECT i.ord::integer, i.seq, coalesce(NOT i.fresh, true), k.type, k.created_at, k.deliveries, k.hash <> i.hash
    FROM unnest(v_seqs, v_fresh, p_account, p_id, p_hash) WITH ORDINALITY AS i (seq, fresh, account, id, hash, ord)
    LEFT JOIN event_id k ON i.seq IS NULL AND i.fresh AND k.account_no = i.account AND k.id = i.id
    ORDER BY i.ord;
END $$;

-- What an idempotency key answers: a row when its first request is known. Else it is this request's from now on, unless nothing is to be stored.
CREATE FUNCTION take_idempotency_key(
  p_account bigint, p_version bigint, p_key text, p_request text, p_event text, p_now bigint, p_keep_since bigint
) RETURNS TABLE (request_hash text, status smallint, conflict boolean, id text, type text, created_at bigint, deliveries integer)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  IF EXISTS (SELECT 1 FROM account WHERE no = p_account AND version = p_version) THEN
    INSERT INTO idempotency (account_no, key, request_hash, event_id, status, conflict, created_at)
      VALUES (p_account, p_key, p_request, p_event, 202, false, p_now) ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN; END IF;
  END IF;
  RETURN QUERY SELECT i.request_hash, i.status, i.conflict, k.id, k.type, k.created_at, k.deliveries
    FROM idempotency i JOIN event_id k ON k.account_no = i.account_no AND k.id = i.event_id
    WHERE i.account_no = p_account AND i.key = p_key AND i.created_at > p_keep_since;
  IF NOT FOUND THEN
    UPDATE idempotency SET request_hash = p_request, event_id = p_event, status = 202, conflict = false, created_at = p_now
      WHERE account_no = p_account AND key = p_key AND EXISTS (SELECT 1 FROM account WHERE no = p_account AND version = p_version);
  END IF;
END $$;

-- The event that came through a source under this key before. Else the key is this one's from now on.
CREATE FUNCTION take_source_key(p_source bigint, p_key text, p_event text, p_now bigint, p_seen_since bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_event text;
BEGIN
  INSERT INTO source_key (source_no, key, event_id, created_at) VALUES (p_source, p_key, p_event, p_now)
    ON CONFLICT (source_no, key) DO UPDATE SET event_id = excluded.event_id, created_at = excluded.created_at
    WHERE source_key.created_at <= p_seen_since;
  IF FOUND THEN RETURN NULL; END IF;
  SELECT event_id INTO v_event FROM source_key WHERE source_no = p_source AND key = p_key;
  RETURN v_event;
END $$;

-- One event with an idempotency key, or a key of the source it came through, in the shape of accept_events; \`status\` is null unless
-- the first was known, \`seen\` unless the second was.
CREATE FUNCTION accept_keyed(
  p_epoch bigint, p_generation integer, p_account bigint[], p_version bigint[], p_id text[], p_type text[], p_timestamp text[], p_data text[],
  p_reference text[], p_source text[], p_origin text[], p_trace text[], p_created bigint[], p_hash uuid[], p_targets text[], p_received text[],
  t_item integer[], t_place integer[], t_endpoint bigint[], t_due bigint[], t_ref text[],
  p_key text, p_request text, p_keep_since bigint, p_source_no bigint, p_source_key text, p_seen_since bigint, p_now bigint
) RETURNS TABLE (seq bigint, stale boolean, id text, type text, created_at bigint, deliveries integer, conflict boolean, status smallint, reused boolean, seen text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_result record;
  v_seen text;
BEGIN
  PERFORM require_generation(p_epoch, p_generation);
  IF p_key IS NOT NULL THEN
    RETURN QUERY SELECT NULL::bigint, false, k.id, k.type, k.created_at, k.deliveries, k.conflict, k.status, k.request_hash <> p_request, NULL
      FROM take_idempotency_key(p_account[1], p_version[1], p_key, p_request, p_id[1], p_now, p_keep_since) k;
    IF FOUND THEN RETURN; END IF;
  END IF;
  IF p_source_no IS NOT NULL THEN v_seen := take_source_key(p_source_no, p_source_key, p_id[1], p_now, p_seen_since); END IF;
  IF v_seen IS NULL THEN
    SELECT * INTO v_result FROM accept_events(p_epoch, p_generation, p_account, p_version, p_id, p_type, p_timestamp, p_data, p_reference, p_source,
      p_origin, p_trace, p_created, p_hash, p_targets, p_received, t_item, t_place, t_endpoint, t_due, t_ref);
    RETURN QUERY SELECT v_result.seq, v_result.stale, p_id[1], v_result.type, v_result.created_at, v_result.deliveries,
      v_result.conflict, NULL::smallint, false, NULL;
    IF v_result.seq IS NOT NULL THEN RETURN; END IF;
    -- Nothing was stored: the source may hand it in again.
    DELETE FROM source_key WHERE source_no = p_source_no AND key = p_source_key AND event_id = p_id[1];
    IF NOT v_result.stale THEN
      UPDATE idempotency SET status = 200, conflict = v_result.conflict WHERE account_no = p_account[1] AND key = p_key;
      RETURN;
    END IF;
  ELSE
    RETURN QUERY SELECT NULL::bigint, false, p_id[1], NULL, NULL::bigint, NULL::integer, NULL::boolean, NULL::smallint, false, v_seen;
  END IF;
  DELETE FROM idempotency WHERE account_no = p_account[1] AND key = p_key AND event_id = p_id[1] AND created_at = p_now;
END $$;
`;
