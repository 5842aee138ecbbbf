export const ordersAndAlerts = `
CREATE TABLE tracked_order (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  account_no bigint NOT NULL,
  source_id text NOT NULL,
  reference text NOT NULL,
  order_id text,
  state text NOT NULL,
  registered boolean NOT NULL,
  flagged boolean NOT NULL,
  overdue boolean NOT NULL,
  -- JSON array of final states that were handed on.
  reached text NOT NULL,
  found_by text,
  poll_failures bigint NOT NULL,
  every bigint,
  next_poll_at bigint,
  give_up_at bigint,
  overdue_at bigint,
  -- The earliest of the three; NULL: nothing to do.
  due_at bigint,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE UNIQUE INDEX tracked_order_name ON tracked_order (source_id, reference);
CREATE INDEX tracked_order_due ON tracked_order (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX tracked_order_state ON tracked_order (account_no, state);
CREATE INDEX tracked_order_overdue ON tracked_order (account_no) WHERE overdue;
CREATE INDEX tracked_order_reference ON tracked_order (account_no, reference);
CREATE INDEX tracked_order_age ON tracked_order (updated_at) WHERE state <> 'pending';

CREATE TABLE order_entry (
  order_no bigint NOT NULL,
  n bigint NOT NULL,
  at bigint NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  event_type text,
  event_id text,
  note text NOT NULL,
  PRIMARY KEY (order_no, n)
);

CREATE TABLE list_poll (
  source_id text PRIMARY KEY,
  -- The list is asked for since then.
  since bigint NOT NULL,
  next_at bigint NOT NULL,
  failures bigint NOT NULL
);

-- Facts that alerts are made of, until they are. Appended only: nodes that count the same do not wait for each other.
CREATE TABLE signal (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_no bigint NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL,
  count bigint NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX signal_of ON signal (account_no, kind, subject);

-- Dead letters are counted for their alert as they are counted for the figures.
CREATE FUNCTION signal_dead() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_id text;
BEGIN
  SELECT id INTO v_id FROM endpoint WHERE no = NEW.endpoint_no;
  IF v_id IS NOT NULL THEN
    INSERT INTO signal (account_no, kind, subject, detail, count, at) VALUES (NEW.account_no, 'delivery.dead', v_id,
      json_build_object('endpointId', v_id)::text, NEW.dead - CASE TG_OP WHEN 'UPDATE' THEN OLD.dead ELSE 0 END, NEW.minute * 60000);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER stat_dead_first AFTER INSERT ON stat FOR EACH ROW WHEN (NEW.dead > 0) EXECUTE FUNCTION signal_dead();
CREATE TRIGGER stat_dead_more AFTER UPDATE ON stat FOR EACH ROW WHEN (NEW.dead > OLD.dead) EXECUTE FUNCTION signal_dead();

CREATE TABLE alert_rule (
  account_no bigint NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  kinds text NOT NULL,
  channels text NOT NULL,
  publish text,
  enabled boolean NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (account_no, id)
);

CREATE TABLE alert_channel (
  account_no bigint NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  -- Encrypted.
  target bytea NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (account_no, id)
);

CREATE TABLE alert (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  account_no bigint NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  summary text NOT NULL,
  detail text NOT NULL,
  count bigint NOT NULL,
  raised_at bigint NOT NULL,
  last_at bigint NOT NULL,
  resolved_at bigint
);
CREATE UNIQUE INDEX alert_open ON alert (account_no, kind, subject) WHERE resolved_at IS NULL;
CREATE INDEX alert_subject ON alert (account_no, kind, subject);
CREATE INDEX alert_age ON alert (resolved_at) WHERE resolved_at IS NOT NULL;

CREATE TABLE alert_message (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_no bigint NOT NULL,
  alert_no bigint NOT NULL,
  rule_id text NOT NULL,
  channel_id text NOT NULL,
  phase text NOT NULL,
  -- NULL: sent or given up.
  due_at bigint,
  tries bigint NOT NULL,
  sent_at bigint,
  failed_at bigint,
  error text,
  created_at bigint NOT NULL
);
CREATE INDEX alert_message_alert ON alert_message (alert_no);
CREATE INDEX alert_message_due ON alert_message (due_at) WHERE due_at IS NOT NULL;
`;
