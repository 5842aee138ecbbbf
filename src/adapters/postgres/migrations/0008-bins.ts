/* Bins, and what they caught. */
export const bins = `
CREATE TABLE bin (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  account_no bigint NOT NULL,
  -- Encrypted: secrets and fields.
  hidden bytea NOT NULL,
  config text NOT NULL,
  -- Since the behaviour was set last.
  caught bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);
CREATE INDEX bin_account ON bin (account_no);

CREATE TABLE bin_request (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bin_no bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  method text NOT NULL,
  status integer,
  body_bytes bigint NOT NULL,
  -- What the body takes here.
  kept_bytes bigint NOT NULL,
  -- Encrypted: address and headers may hold credentials.
  head bytea NOT NULL,
  body bytea
);
CREATE INDEX bin_request_of ON bin_request (bin_no, no, kept_bytes);
CREATE INDEX bin_request_age ON bin_request (at);
`;
