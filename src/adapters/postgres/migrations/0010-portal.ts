/** Links into portals, and what they opened. Tokens are kept as SHA-256 only. */
export const portal = `
CREATE TABLE portal_link (
  id text COLLATE "C" PRIMARY KEY,
  account_no bigint NOT NULL,
  token_hash text COLLATE "C" NOT NULL UNIQUE,
  -- NULL: not opened.
  session_hash text COLLATE "C" UNIQUE,
  name text NOT NULL,
  color text,
  origins text NOT NULL,
  read_only boolean NOT NULL,
  made_by text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  lasts bigint NOT NULL,
  opened_at bigint,
  ends_at bigint,
  revoked_at bigint
);

CREATE INDEX portal_link_account ON portal_link (account_no, id);
`;
