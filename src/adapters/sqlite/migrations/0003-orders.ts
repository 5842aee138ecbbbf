export const orders = `
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
CREATE UNIQUE INDEX tracked_order_name ON tracked_order (source_id, reference);
CREATE INDEX tracked_order_due ON tracked_order (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX tracked_order_state ON tracked_order (account_no, state);
CREATE INDEX tracked_order_overdue ON tracked_order (account_no) WHERE overdue = 1;
CREATE INDEX tracked_order_reference ON tracked_order (account_no, reference);
CREATE INDEX tracked_order_age ON tracked_order (updated_at) WHERE state <> 'pending';

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

CREATE TABLE list_poll (
  source_id TEXT PRIMARY KEY,
  -- The list is asked for since then.
  since INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Facts that alerts are made of, until they are.
CREATE TABLE signal (
  account_no INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  count INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account_no, kind, subject)
) STRICT, WITHOUT ROWID;
`;
