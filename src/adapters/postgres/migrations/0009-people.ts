/** People of the dashboard, their sessions and links, and what they did. Tokens are kept as SHA-256 only. */
export const people = `
CREATE TABLE person (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  email text COLLATE "C" UNIQUE,
  role text NOT NULL,
  password_hash text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL
);

CREATE TABLE session (
  id text COLLATE "C" PRIMARY KEY,
  token_hash text COLLATE "C" NOT NULL UNIQUE,
  -- One of the two is set.
  person_id text COLLATE "C",
  key_hash text COLLATE "C",
  user_agent text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);

CREATE TABLE sign_in_link (
  hash text COLLATE "C" PRIMARY KEY,
  -- NULL: the first owner.
  person_id text COLLATE "C",
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);

CREATE TABLE audit (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  actor_id text NOT NULL,
  actor text NOT NULL,
  act text NOT NULL,
  target text NOT NULL,
  account_id text
);
`;
