/** Facts have numbers of their own, so that the same ones are known again when they are read twice. */
export const signals = `
CREATE TABLE numbered_signal (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  account_no INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  count INTEGER NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (account_no, kind, subject)
) STRICT;
INSERT INTO numbered_signal (account_no, kind, subject, detail, count, at)
  SELECT account_no, kind, subject, detail, count, at FROM signal ORDER BY at;
DROP TABLE signal;
ALTER TABLE numbered_signal RENAME TO signal;
`;
