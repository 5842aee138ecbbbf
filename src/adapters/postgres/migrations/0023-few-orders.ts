/** Orders that are overdue, and those of one reference, newest first: a page of them is read, and not all of them to be sorted. */
export const fewOrders = `
DROP INDEX tracked_order_overdue;
CREATE INDEX tracked_order_overdue ON tracked_order (account_no, no) WHERE overdue;
DROP INDEX tracked_order_reference;
CREATE INDEX tracked_order_reference ON tracked_order (account_no, reference, no);
`;
