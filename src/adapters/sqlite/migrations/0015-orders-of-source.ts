/** The orders of one source, in each state newest first: beside a source with many, one with few has its list as fast. */
export const ordersOfSource = `
CREATE INDEX tracked_order_source ON tracked_order (source_id, state);
`;
