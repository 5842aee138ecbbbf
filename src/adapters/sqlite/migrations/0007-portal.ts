/** Links into portals, and what they opened. Tokens are kept as SHA-256 only. */
export const portal = `
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
`;
