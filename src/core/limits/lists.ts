/* The bounds of lists. */

/** Rows and payload bytes that one page of a search looks at without finding anything; then the page is short and the next one goes on. */
export const searchRows = 10_000;
export const searchBytes = 32 * 1024 * 1024;
/**
 * Rows that one page of a filtered list looks at; then the page is short and the next one goes on. So few that a page takes about as
 * long whether it finds much or little, and whether there are a thousand rows or a million. Searches for text have bounds of their own.
 */
export const filterRows = 500;
/** The same along events for deliveries of which few fit, by their answer or their attempts: nearly all are read for nothing. */
export const triedRows = 200;
/** The most attempts that a filter may ask for, well below what a store's numbers of them end at. */
export const attemptsAskedMax = 1_000_000;
/** Deliveries that the plan of a replay shows. */
export const replaySample = 5;
/** Rows that it looks at to count them; a replay counts all that it takes once it is started. */
export const replayPlanRows = 10_000;
