/** Orders that nobody registered are asked for by themselves, newest first. */
export const flagged = `
CREATE INDEX tracked_order_flagged ON tracked_order (account_no) WHERE flagged = 1;
`;
