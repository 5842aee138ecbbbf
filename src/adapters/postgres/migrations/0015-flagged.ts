/** Orders that nobody registered, and those in one state, are asked for by themselves, newest first. */
export const flagged = `
CREATE INDEX tracked_order_flagged ON tracked_order (account_no, no) WHERE flagged;
DROP INDEX tracked_order_state;
CREATE INDEX tracked_order_state ON tracked_order (account_no, state, no);
`;
