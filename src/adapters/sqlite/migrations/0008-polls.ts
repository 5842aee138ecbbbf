/** Questions about orders wait by source, each with its own moments to ask at. */
export const polls = `
CREATE TABLE poll_slot (
  source_id TEXT PRIMARY KEY,
  -- No order of the source is asked about before.
  free_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tracked_order_poll ON tracked_order (source_id, next_poll_at) WHERE next_poll_at IS NOT NULL;
UPDATE tracked_order SET next_poll_at = NULL WHERE state <> 'pending' AND next_poll_at IS NOT NULL;
-- From now on the earlier of two: what time alone does.
UPDATE tracked_order SET due_at = coalesce(min(give_up_at, overdue_at), give_up_at, overdue_at) WHERE due_at IS NOT NULL;
`;
