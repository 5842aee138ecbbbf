const columns = `id, account_no, source_id, reference, order_id, state, registered, flagged, overdue, reached, found_by, poll_failures,
  every, next_poll_at, give_up_at, overdue_at, due_at, created_at, updated_at`;
const names = columns.split(/,\s+/);

/** What an event reads and writes of its order, each in one statement: a connection goes there and back for every one. */
export const orderActs = `
-- The order of this name as it is, held to the end of the transaction also when it is not there yet; or that the event came before.
CREATE FUNCTION hold_order(p_source text, p_reference text, p_source_no bigint, p_key text, p_seen_since bigint)
RETURNS TABLE (seen boolean, found jsonb) LANGUAGE plpgsql AS $$
BEGIN
  IF p_source_no IS NOT NULL AND EXISTS (SELECT 1 FROM source_key WHERE source_no = p_source_no AND key = p_key AND created_at > p_seen_since) THEN
    RETURN QUERY SELECT true, NULL::jsonb;
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(p_source || ' ' || p_reference, 7413));
  RETURN QUERY SELECT false, (SELECT to_jsonb(o) FROM tracked_order o WHERE source_id = p_source AND reference = p_reference FOR UPDATE);
END $$;

-- An order as it is now, what happened to it, and facts for people. Of its history the first entry and the newest stay, p_kept in all.
CREATE FUNCTION write_order(p_order jsonb, p_entries jsonb, p_facts jsonb, p_kept integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_no bigint;
  v_last bigint;
BEGIN
  INSERT INTO tracked_order (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::tracked_order, p_order)
    ON CONFLICT (source_id, reference) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')} RETURNING no INTO v_no;
  IF jsonb_array_length(p_entries) > 0 THEN
    SELECT coalesce(max(n), 0) INTO v_last FROM order_entry WHERE order_no = v_no;
    INSERT INTO order_entry (order_no, n, at, kind, state, event_type, event_id, note)
      SELECT v_no, v_last + e.nth, (e.one->>'atMs')::bigint, e.one->>'kind', e.one->>'state', e.one->>'eventType', e.one->>'eventId', e.one->>'note'
      FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS e (one, nth);
    DELETE FROM order_entry WHERE order_no = v_no AND n > 1 AND n <= v_last + jsonb_array_length(p_entries) - p_kept + 1;
  END IF;
  INSERT INTO signal (account_no, kind, subject, detail, count, at)
    SELECT (f.one->>'accountNo')::bigint, f.one->>'kind', f.one->>'subject', f.one->>'detail', (f.one->>'count')::bigint, (f.one->>'atMs')::bigint
    FROM jsonb_array_elements(p_facts) WITH ORDINALITY AS f (one, nth) ORDER BY f.nth;
  RETURN v_no;
END $$;
`;
