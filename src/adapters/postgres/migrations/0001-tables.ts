/*
 * Times are milliseconds since 1970 UTC. A delivery's key is its event's seq * 65536 + its place. What only grows (events, ended
 * deliveries, attempts) lies in eras: partitions by seq that a new one follows after a while, and that retention drops as a whole.
 * Names and ids that must be unique across eras have small tables of their own. Every table that grows with traffic has the account.
 */
export const tables = `
CREATE SEQUENCE event_seq;
CREATE SEQUENCE node_epoch;

-- Who works on this database. A node that is not in here any more can change nothing.
CREATE TABLE node (
  epoch bigint PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  -- Targets of this node's events before this one all have a row.
  low_seq bigint NOT NULL,
  beat_at bigint NOT NULL,
  -- Grows when the node asks for what nobody holds: what it sent before and arrives later changes nothing.
  generation integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

CREATE TABLE account (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  name text NOT NULL,
  max_endpoints integer NOT NULL,
  notify text,
  -- Grows with every change to its endpoints.
  version bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);

CREATE TABLE api_key (
  id text COLLATE "C" PRIMARY KEY,
  account_no bigint,
  name text NOT NULL,
  scopes text NOT NULL,
  hash text COLLATE "C" NOT NULL UNIQUE,
  hint text NOT NULL,
  created_at bigint NOT NULL
);

CREATE TABLE endpoint (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  account_no bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  status_reason text,
  status_at bigint NOT NULL,
  failing_since bigint,
  failures bigint NOT NULL,
  -- Of all nodes together; null: no limit.
  rate_per_second double precision,
  ordered boolean NOT NULL,
  -- Encrypted; null once it is deleted.
  secrets bytea,
  headers bytea,
  config text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  deleted_at bigint,
  -- What the sweep has to do here: 0 nothing, 1 unblock (no longer ordered), 2 cancel (deleted).
  chore smallint NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX endpoint_account ON endpoint (account_no, no);
CREATE INDEX endpoint_chore ON endpoint (chore) WHERE chore <> 0;

-- When an endpoint with a rate may be sent to next, whoever sends.
CREATE TABLE rate (
  endpoint_no bigint PRIMARY KEY,
  free_at double precision NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE event_type (
  account_no bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  description text NOT NULL,
  schema text,
  examples text NOT NULL,
  deprecated boolean NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (account_no, name)
);

CREATE TABLE era (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Its events have this seq at least, and seqs below until_seq.
  from_seq bigint NOT NULL,
  until_seq bigint NOT NULL,
  -- Null: no event was to go into it yet, or into a later one.
  began_at bigint,
  closed_at bigint
);

CREATE TABLE event (
  seq bigint NOT NULL,
  account_no bigint NOT NULL,
  -- Of the node that took it in, which holds what was begun at once.
  epoch bigint NOT NULL,
  created_at bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  timestamp text NOT NULL,
  reference text COLLATE "C",
  source text COLLATE "C",
  origin text NOT NULL,
  trace_id text,
  -- Endpoint numbers, in the order of their places.
  targets bigint[] NOT NULL,
  received text,
  data text NOT NULL,
  PRIMARY KEY (seq)
) PARTITION BY RANGE (seq);
CREATE INDEX event_account ON event (account_no, seq);
CREATE INDEX event_type_of ON event (account_no, type, seq);
CREATE INDEX event_reference ON event (account_no, reference, seq) WHERE reference IS NOT NULL;
CREATE INDEX event_source ON event (account_no, source, seq) WHERE source IS NOT NULL;

-- Ids that are known, be the event deleted or not, with what is answered to whoever hands one in again.
CREATE TABLE event_id (
  account_no bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  -- Half of the SHA-256 of type and data.
  hash uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  deliveries integer NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (account_no, id)
);
CREATE INDEX event_id_seq ON event_id USING brin (seq) WITH (pages_per_range = 32);

-- Work that is owed and has a row: what waits, what is leased and was attempted before or takes long, and what was cancelled under way.
CREATE TABLE open_delivery (
  key bigint PRIMARY KEY,
  account_no bigint NOT NULL,
  endpoint_no bigint NOT NULL,
  -- 0 open, 3 cancelled while it is leased.
  state smallint NOT NULL,
  -- 0 first attempt, 1 retry, 2 replayed.
  line smallint NOT NULL,
  tries integer NOT NULL,
  attempts integer NOT NULL,
  due_at bigint NOT NULL,
  -- Epoch of the holder while an attempt is under way.
  lease bigint,
  replay_no bigint,
  -- State before the present replay.
  before smallint,
  -- Handed out to a consumer that has not answered yet: since when. Its lease ends at due_at.
  pulled_at bigint,
  started_at bigint NOT NULL,
  last_at bigint,
  last_status integer,
  last_error text,
  ended_at bigint,
  order_ref text COLLATE "C",
  order_position bigint
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX open_due ON open_delivery (endpoint_no, line, due_at, key) WHERE state = 0 AND lease IS NULL;
CREATE INDEX open_leased ON open_delivery (lease) WHERE lease IS NOT NULL;
CREATE INDEX open_endpoint ON open_delivery (endpoint_no, state, key);
CREATE INDEX open_order ON open_delivery (endpoint_no, order_ref, order_position, key) WHERE state = 0 AND order_ref IS NOT NULL;
CREATE INDEX open_pulled ON open_delivery (endpoint_no, due_at) WHERE pulled_at IS NOT NULL AND state = 0;
CREATE INDEX open_replay ON open_delivery (replay_no) WHERE state = 0 AND replay_no IS NOT NULL;

-- Appended when a delivery ends; taken out again only by a replay.
CREATE TABLE ended_delivery (
  key bigint NOT NULL,
  account_no bigint NOT NULL,
  endpoint_no bigint NOT NULL,
  -- 1 delivered, 2 dead, 3 cancelled.
  state smallint NOT NULL,
  tries integer NOT NULL,
  attempts integer NOT NULL,
  started_at bigint NOT NULL,
  last_at bigint,
  ended_at bigint NOT NULL,
  last_status integer,
  last_error text,
  PRIMARY KEY (key)
) PARTITION BY RANGE (key);
CREATE INDEX ended_endpoint ON ended_delivery (endpoint_no, state, key);

CREATE VIEW delivery AS
  SELECT key, account_no, endpoint_no, state, line, tries, attempts, due_at, lease, replay_no, before, pulled_at, started_at, last_at,
    last_status, last_error, ended_at, order_ref FROM open_delivery
  UNION ALL
  SELECT key, account_no, endpoint_no, state, 1::smallint, tries, attempts, 0::bigint, NULL::bigint, NULL::bigint, NULL::smallint,
    NULL::bigint, started_at, last_at, last_status, last_error, ended_at, NULL::text COLLATE "C" FROM ended_delivery;

CREATE TABLE attempt (
  key bigint NOT NULL,
  n smallint NOT NULL,
  account_no bigint NOT NULL,
  at bigint NOT NULL,
  duration integer NOT NULL,
  http_status integer,
  error text,
  detail text NOT NULL,
  url text NOT NULL,
  request_headers text NOT NULL,
  body_head text NOT NULL,
  body_with_data boolean NOT NULL,
  body_tail text NOT NULL,
  response_headers text NOT NULL,
  response_body text NOT NULL,
  response_truncated boolean NOT NULL,
  next_at bigint,
  PRIMARY KEY (key, n)
) PARTITION BY RANGE (key);

CREATE TABLE idempotency (
  account_no bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  request_hash text NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  status smallint NOT NULL,
  conflict boolean NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (account_no, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE replay (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  account_no bigint NOT NULL,
  filter text NOT NULL,
  status text COLLATE "C" NOT NULL,
  total bigint NOT NULL,
  done bigint NOT NULL,
  failed bigint NOT NULL,
  feeding boolean NOT NULL,
  -- Where feeding goes on: an endpoint and the last key there, or how many of the given keys are done.
  at_endpoint bigint NOT NULL,
  at_key bigint NOT NULL,
  -- Deliveries of later events are not part of it.
  upper bigint NOT NULL,
  started_at bigint NOT NULL,
  finished_at bigint
);
CREATE INDEX replay_account ON replay (account_no, no);
CREATE INDEX replay_status ON replay (status) WHERE status <> 'done';

CREATE TABLE source (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  account_no bigint NOT NULL,
  -- Encrypted: token, secrets, fields and tracking; null once it is deleted.
  secrets bytea,
  config text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  deleted_at bigint
);
CREATE INDEX source_account ON source (account_no) WHERE deleted_at IS NULL;

CREATE TABLE source_key (
  source_no bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (source_no, key)
);
CREATE INDEX source_key_age ON source_key (created_at);

CREATE TABLE source_request (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  source_no bigint NOT NULL,
  at bigint NOT NULL,
  verdict text COLLATE "C" NOT NULL,
  reason text,
  detail text,
  status integer NOT NULL,
  method text NOT NULL,
  body_bytes bigint NOT NULL,
  event_id text COLLATE "C",
  -- What the body takes here.
  kept_bytes bigint NOT NULL,
  -- Encrypted: address and headers may hold credentials.
  head bytea NOT NULL,
  body bytea
);
CREATE INDEX source_request_of ON source_request (source_no, verdict, no, kept_bytes);
CREATE INDEX source_request_age ON source_request (at);

-- Counts of an endpoint's minute. Each connection has rows of its own, so that none waits for another's commit.
CREATE TABLE stat (
  account_no bigint NOT NULL,
  endpoint_no bigint NOT NULL,
  minute bigint NOT NULL,
  backend integer NOT NULL,
  delivered bigint NOT NULL,
  failed bigint NOT NULL,
  dead bigint NOT NULL,
  duration_sum bigint NOT NULL,
  -- How many attempts took up to 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000 ms, and longer.
  h0 bigint NOT NULL,
  h1 bigint NOT NULL,
  h2 bigint NOT NULL,
  h3 bigint NOT NULL,
  h4 bigint NOT NULL,
  h5 bigint NOT NULL,
  h6 bigint NOT NULL,
  h7 bigint NOT NULL,
  h8 bigint NOT NULL,
  h9 bigint NOT NULL,
  h10 bigint NOT NULL,
  h11 bigint NOT NULL,
  h12 bigint NOT NULL,
  PRIMARY KEY (account_no, minute, endpoint_no, backend)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX stat_age ON stat (minute);

-- An era of its own for what comes after the present one, so that there is always room.
CREATE FUNCTION add_era(p_events bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_from bigint := coalesce((SELECT max(until_seq) FROM era), 0);
  v_no bigint;
  v_part record;
BEGIN
  INSERT INTO era (from_seq, until_seq) VALUES (v_from, v_from + p_events) RETURNING no INTO v_no;
  FOR v_part IN SELECT * FROM (VALUES ('event', 1), ('ended_delivery', 65536), ('attempt', 65536)) AS part (parent, factor) LOOP
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', v_part.parent || '_' || v_no, v_part.parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
      v_part.parent, v_part.parent || '_' || v_no, v_from * v_part.factor, (v_from + p_events) * v_part.factor);
  END LOOP;
  EXECUTE format('ALTER TABLE %I SET (autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.2)', 'event_' || v_no);
END $$;
`;
