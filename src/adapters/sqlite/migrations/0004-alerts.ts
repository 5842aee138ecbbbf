export const alerts = `
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
CREATE UNIQUE INDEX alert_open ON alert (account_no, kind, subject) WHERE resolved_at IS NULL;
CREATE INDEX alert_subject ON alert (account_no, kind, subject);
CREATE INDEX alert_age ON alert (resolved_at) WHERE resolved_at IS NOT NULL;

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
`;
