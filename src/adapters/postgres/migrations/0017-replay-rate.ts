/** How many a replay puts back in a second at most, and up to when that is used up; null for one without such a bound. */
export const replayRate = `
ALTER TABLE replay ADD COLUMN per_second bigint;
ALTER TABLE replay ADD COLUMN used_until bigint;
`;
