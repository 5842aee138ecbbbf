/** What several acts do in the same way: the order within a reference, and the counts of a replay. */
export const orderAndReplay = `
-- Ends the act of a node whose work was taken over; as long as its transaction lasts, nobody takes it over.
CREATE FUNCTION hold_epoch(p_epoch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7411, p_epoch::integer);
  RETURN EXISTS (SELECT 1 FROM node WHERE epoch = p_epoch);
END $$;

CREATE FUNCTION require_epoch(p_epoch bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT hold_epoch(p_epoch) THEN
    RAISE EXCEPTION 'Another node took over the work of this one (epoch %).', p_epoch USING ERRCODE = 'SH001';
  END IF;
END $$;

-- The same for what must not come late: what the node sent before it asked for all that nobody holds.
CREATE FUNCTION require_generation(p_epoch bigint, p_generation integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM require_epoch(p_epoch);
  IF NOT EXISTS (SELECT 1 FROM node WHERE epoch = p_epoch AND generation = p_generation) THEN
    RAISE EXCEPTION 'This came after its node had given it up.' USING ERRCODE = 'SH002';
  END IF;
END $$;

-- For what must not meet a settlement of the same node: a row for what has none yet.
CREATE FUNCTION require_epoch_alone(p_epoch bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7411, p_epoch::integer);
  PERFORM require_epoch(p_epoch);
END $$;

-- One at a time decides who is next of a reference, until its commit. To be taken before any row, in this order.
CREATE FUNCTION order_lock(p_endpoint bigint, p_ref text) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  $$ SELECT hashtextextended(p_endpoint::text || ' ' || p_ref, 7411) $$;

CREATE FUNCTION has_open(p_endpoint bigint, p_ref text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM open_delivery WHERE endpoint_no = p_endpoint AND order_ref = p_ref AND state = 0);
END $$;

-- Makes the first open delivery of a reference due if it is blocked. To be called whenever one of them ended.
CREATE FUNCTION free_next(p_endpoint bigint, p_ref text, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_next record;
BEGIN
  SELECT key, due_at, tries, started_at INTO v_next FROM open_delivery
    WHERE endpoint_no = p_endpoint AND order_ref = p_ref AND state = 0 ORDER BY order_position, key LIMIT 1;
  IF NOT FOUND OR v_next.due_at <> 8640000000000000 THEN RETURN; END IF;
  -- Its schedule begins when it may go, or a long wait behind another would use it up; where it was due before, it still is.
  UPDATE open_delivery SET due_at = v_next.started_at,
    started_at = CASE WHEN v_next.tries = 0 THEN greatest(v_next.started_at, p_now) ELSE v_next.started_at END
    WHERE key = v_next.key;
END $$;

CREATE FUNCTION finish_if_done(p_no bigint, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- Whoever ends the last but one at the same moment has committed once this is held.
  PERFORM 1 FROM replay WHERE no = p_no FOR UPDATE;
  UPDATE replay SET status = 'done', finished_at = p_now WHERE no = p_no AND status = 'running' AND NOT feeding
    AND NOT EXISTS (SELECT 1 FROM open_delivery WHERE replay_no = p_no AND state = 0);
END $$;

CREATE FUNCTION count_replayed(p_no bigint, p_state integer, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE replay SET done = done + (p_state = 1)::integer, failed = failed + (p_state = 2)::integer WHERE no = p_no;
  PERFORM finish_if_done(p_no, p_now);
END $$;
`;
