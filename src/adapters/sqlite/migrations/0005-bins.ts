/* Bins, and what they caught. */
export const bins = `
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
CREATE INDEX bin_request_of ON bin_request (bin_no, no, kept_bytes);
CREATE INDEX bin_request_age ON bin_request (at);
`;
