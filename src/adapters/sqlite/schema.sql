CREATE TABLE account (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  max_endpoints INTEGER NOT NULL,
  notify TEXT,
  -- Grows with every change to its endpoints.
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE alert (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  account_no INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  summary TEXT NOT NULL,
  detail TEXT NOT NULL,
  count INTEGER NOT NULL,
  raised_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  resolved_at INTEGER
) STRICT;

CREATE INDEX alert_age ON alert (resolved_at) WHERE resolved_at IS NOT NULL;

CREATE UNIQUE INDEX alert_open ON alert (account_no, kind, subject) WHERE resolved_at IS NULL;

CREATE INDEX alert_subject ON alert (account_no, kind, subject);

CREATE TABLE alert_channel (
  account_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Encrypted.
  target BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_no, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_message (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  account_no INTEGER NOT NULL,
  alert_no INTEGER NOT NULL,
  rule_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  phase TEXT NOT NULL,
  -- NULL: sent or given up.
  due_at INTEGER,
  tries INTEGER NOT NULL,
  sent_at INTEGER,
  failed_at INTEGER,
  error TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX alert_message_alert ON alert_message (alert_no);

CREATE INDEX alert_message_due ON alert_message (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE alert_rule (
  account_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kinds TEXT NOT NULL,
  channels TEXT NOT NULL,
  publish TEXT,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_no, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  account_no INTEGER,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  http_status INTEGER,
  error TEXT,
  detail TEXT NOT NULL,
  url TEXT NOT NULL,
  request_headers TEXT NOT NULL,
  body_head TEXT NOT NULL,
  body_with_data INTEGER NOT NULL,
  body_tail TEXT NOT NULL,
  response_headers TEXT NOT NULL,
  response_body TEXT NOT NULL,
  response_truncated INTEGER NOT NULL,
  next_at INTEGER
, timings TEXT) STRICT;

CREATE TABLE audit (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  target TEXT NOT NULL,
  account_id TEXT
, about_id TEXT, about_name TEXT) STRICT;

CREATE INDEX audit_other ON audit (no) WHERE substr(actor_id, 1, 4) <> 'ptl_';

CREATE INDEX audit_portal ON audit (no) WHERE substr(actor_id, 1, 4) = 'ptl_';

CREATE TABLE bin (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  account_no INTEGER NOT NULL,
  -- Encrypted: secrets and fields.
  hidden BLOB NOT NULL,
  config TEXT NOT NULL,
  -- Since the behaviour was set last.
  caught INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX bin_account ON bin (account_no);

CREATE TABLE bin_request (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  bin_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  method TEXT NOT NULL,
  status INTEGER,
  body_bytes INTEGER NOT NULL,
  -- What the body takes here.
  kept_bytes INTEGER NOT NULL,
  -- Encrypted: address and headers may hold credentials.
  head BLOB NOT NULL,
  body BLOB
) STRICT;

CREATE INDEX bin_request_age ON bin_request (at);

CREATE INDEX bin_request_of ON bin_request (bin_no, no, kept_bytes);

CREATE TRIGGER delivery_arrives AFTER UPDATE OF state ON delivery WHEN NEW.state = 1 AND OLD.state <> 1
  AND NEW.key < (SELECT listed_seq * 65536 FROM node) BEGIN
  INSERT INTO delivery_arrived VALUES (NEW.endpoint_no, NEW.key);
END;

CREATE TRIGGER delivery_gone AFTER DELETE ON delivery WHEN OLD.state = 1 BEGIN
  DELETE FROM delivery_arrived WHERE endpoint_no = OLD.endpoint_no AND key = OLD.key;
END;

CREATE TRIGGER delivery_put_back AFTER UPDATE OF state ON delivery WHEN OLD.state = 1 AND NEW.state <> 1 BEGIN
  DELETE FROM delivery_arrived WHERE endpoint_no = OLD.endpoint_no AND key = OLD.key;
END;

CREATE TABLE delivery (
  key INTEGER PRIMARY KEY,
  endpoint_no INTEGER NOT NULL,
  -- 0 open, 1 delivered, 2 dead, 3 cancelled.
  state INTEGER NOT NULL,
  -- 0 first attempt, 1 retry, 2 replayed.
  line INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  -- Epoch of the holder while an attempt is under way.
  lease INTEGER,
  replay_no INTEGER,
  -- State before the present replay.
  before INTEGER,
  started_at INTEGER NOT NULL,
  last_at INTEGER,
  last_status INTEGER,
  last_error TEXT,
  ended_at INTEGER,
  order_ref TEXT,
  order_position INTEGER
, pulled_at INTEGER) STRICT;

CREATE INDEX delivery_due ON delivery (endpoint_no, line, due_at) WHERE state = 0 AND lease IS NULL;

CREATE INDEX delivery_leased ON delivery (lease) WHERE lease IS NOT NULL;

CREATE INDEX delivery_order ON delivery (endpoint_no, order_ref, order_position) WHERE state = 0 AND order_ref IS NOT NULL;

CREATE INDEX delivery_pulled ON delivery (endpoint_no, due_at) WHERE pulled_at IS NOT NULL AND state = 0;

CREATE INDEX delivery_replay ON delivery (replay_no) WHERE state = 0 AND replay_no IS NOT NULL;

CREATE INDEX delivery_state ON delivery (endpoint_no, state) WHERE state <> 1;

CREATE TABLE delivery_arrived (
  endpoint_no INTEGER NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY (endpoint_no, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoint (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  account_no INTEGER NOT NULL,
  status TEXT NOT NULL,
  status_reason TEXT,
  status_at INTEGER NOT NULL,
  failing_since INTEGER,
  failures INTEGER NOT NULL,
  -- Encrypted; NULL once it is deleted.
  secrets BLOB,
  headers BLOB,
  config TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  -- What the sweep has to do here: 0 nothing, 1 unblock (no longer ordered), 2 cancel (deleted).
  chore INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX endpoint_account ON endpoint (account_no);

CREATE INDEX endpoint_chore ON endpoint (chore) WHERE chore <> 0;

CREATE TRIGGER event_gone AFTER DELETE ON event BEGIN
  DELETE FROM event_of_type WHERE account_no = OLD.account_no AND type = OLD.type AND seq = OLD.seq;
END;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  account_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  timestamp TEXT NOT NULL,
  reference TEXT,
  source TEXT,
  origin TEXT NOT NULL,
  trace_id TEXT,
  -- JSON array of endpoint numbers, in the order of their places.
  targets TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Last, so that reading the rest of a row never reads a large payload.
  data TEXT NOT NULL
, received TEXT) STRICT;

CREATE INDEX event_account ON event (account_no);

CREATE UNIQUE INDEX event_id ON event (account_no, id);

CREATE INDEX event_reference ON event (account_no, reference) WHERE reference IS NOT NULL;

CREATE INDEX event_source ON event (account_no, source) WHERE source IS NOT NULL;

CREATE TABLE event_of_type (
  account_no INTEGER NOT NULL,
  type TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_no, type, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_type (
  account_no INTEGER NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  schema TEXT,
  examples TEXT NOT NULL,
  deprecated INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_no, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  account_no INTEGER NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  event_seq INTEGER NOT NULL,
  status INTEGER NOT NULL,
  conflict INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_no, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE list_poll (
  source_id TEXT PRIMARY KEY,
  -- The list is asked for since then.
  since INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE node (
  no INTEGER PRIMARY KEY CHECK (no = 1),
  name TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  -- Targets of events before this one all have a delivery row.
  low_seq INTEGER NOT NULL,
  -- Highest seq that was ever given to an event which is deleted now.
  last_seq INTEGER NOT NULL,
  joined_at INTEGER NOT NULL,
  -- 1 when the last stop closed the file in order.
  clean INTEGER NOT NULL
, listed_seq INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE order_entry (
  order_no INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  event_type TEXT,
  event_id TEXT,
  note TEXT NOT NULL,
  PRIMARY KEY (order_no, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE past_event (
  seq INTEGER PRIMARY KEY,
  account_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  -- SHA-256 of type and data.
  hash BLOB NOT NULL,
  type TEXT NOT NULL,
  deliveries INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX past_event_id ON past_event (account_no, id);

CREATE TABLE person (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT UNIQUE,
  role TEXT NOT NULL,
  password_hash TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE poll_slot (
  source_id TEXT PRIMARY KEY,
  -- No order of the source is asked about before.
  free_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE portal_link (
  id TEXT PRIMARY KEY,
  account_no INTEGER NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  -- NULL: not opened.
  session_hash TEXT UNIQUE,
  name TEXT NOT NULL,
  color TEXT,
  origins TEXT NOT NULL,
  read_only INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  lasts INTEGER NOT NULL,
  opened_at INTEGER,
  ends_at INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE INDEX portal_link_account ON portal_link (account_no, id);

CREATE TABLE replay (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  account_no INTEGER NOT NULL,
  filter TEXT NOT NULL,
  status TEXT NOT NULL,
  total INTEGER NOT NULL,
  done INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  feeding INTEGER NOT NULL,
  -- Where feeding goes on: an endpoint and the last key there, or how many of the given keys are done.
  at_endpoint INTEGER NOT NULL,
  at_key INTEGER NOT NULL,
  -- Deliveries of later events are not part of it.
  upper INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER
, per_second INTEGER, used_until INTEGER) STRICT;

CREATE INDEX replay_account ON replay (account_no);

CREATE INDEX replay_status ON replay (status) WHERE status <> 'done';

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  -- One of the two is set.
  person_id TEXT,
  key_hash TEXT,
  user_agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_in_link (
  hash TEXT PRIMARY KEY,
  -- NULL: the first owner.
  person_id TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE "signal" (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  account_no INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  count INTEGER NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (account_no, kind, subject)
) STRICT;

CREATE TABLE source (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  account_no INTEGER NOT NULL,
  -- Encrypted: token, secrets, fields and tracking; NULL once it is deleted.
  secrets BLOB,
  config TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;

CREATE INDEX source_account ON source (account_no) WHERE deleted_at IS NULL;

CREATE TABLE source_key (
  source_no INTEGER NOT NULL,
  key TEXT NOT NULL,
  event_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (source_no, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX source_key_age ON source_key (created_at);

CREATE TABLE source_request (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  source_no INTEGER NOT NULL,
  at INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT,
  detail TEXT,
  status INTEGER NOT NULL,
  method TEXT NOT NULL,
  body_bytes INTEGER NOT NULL,
  event_id TEXT,
  -- What the body takes here.
  kept_bytes INTEGER NOT NULL,
  -- Encrypted: address and headers may hold credentials.
  head BLOB NOT NULL,
  body BLOB
) STRICT;

CREATE INDEX source_request_age ON source_request (at);

CREATE INDEX source_request_of ON source_request (source_no, verdict, no, kept_bytes);

CREATE TABLE stat (
  endpoint_no INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  account_no INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  duration_sum INTEGER NOT NULL,
  -- How many attempts took up to 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000 ms, and longer.
  h0 INTEGER NOT NULL,
  h1 INTEGER NOT NULL,
  h2 INTEGER NOT NULL,
  h3 INTEGER NOT NULL,
  h4 INTEGER NOT NULL,
  h5 INTEGER NOT NULL,
  h6 INTEGER NOT NULL,
  h7 INTEGER NOT NULL,
  h8 INTEGER NOT NULL,
  h9 INTEGER NOT NULL,
  h10 INTEGER NOT NULL,
  h11 INTEGER NOT NULL,
  h12 INTEGER NOT NULL,
  PRIMARY KEY (endpoint_no, minute)
) STRICT, WITHOUT ROWID;

CREATE INDEX stat_account ON stat (account_no, minute);

CREATE INDEX stat_age ON stat (minute);

CREATE TABLE tracked_order (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  account_no INTEGER NOT NULL,
  source_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  order_id TEXT,
  state TEXT NOT NULL,
  registered INTEGER NOT NULL,
  flagged INTEGER NOT NULL,
  overdue INTEGER NOT NULL,
  -- JSON array of final states that were handed on.
  reached TEXT NOT NULL,
  found_by TEXT,
  poll_failures INTEGER NOT NULL,
  every INTEGER,
  next_poll_at INTEGER,
  give_up_at INTEGER,
  overdue_at INTEGER,
  -- The earliest of the three; NULL: nothing to do.
  due_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX tracked_order_age ON tracked_order (updated_at) WHERE state <> 'pending';

CREATE INDEX tracked_order_due ON tracked_order (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX tracked_order_flagged ON tracked_order (account_no) WHERE flagged = 1;

CREATE UNIQUE INDEX tracked_order_name ON tracked_order (source_id, reference);

CREATE INDEX tracked_order_overdue ON tracked_order (account_no) WHERE overdue = 1;

CREATE INDEX tracked_order_poll ON tracked_order (source_id, next_poll_at) WHERE next_poll_at IS NOT NULL;

CREATE INDEX tracked_order_reference ON tracked_order (account_no, reference);

CREATE INDEX tracked_order_source ON tracked_order (source_id, state);

CREATE INDEX tracked_order_state ON tracked_order (account_no, state);
