/* Sources, what they know of what came, and deliveries that are fetched. */
export const sources = `
ALTER TABLE event ADD COLUMN received TEXT;

-- Of a delivery that was handed out and not acknowledged yet: when. Its lease ends at due_at.
ALTER TABLE delivery ADD COLUMN pulled_at INTEGER;

CREATE INDEX delivery_pulled ON delivery (endpoint_no, due_at) WHERE pulled_at IS NOT NULL AND state = 0;

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
CREATE INDEX source_request_of ON source_request (source_no, verdict, no, kept_bytes);
CREATE INDEX source_request_age ON source_request (at);
`;
