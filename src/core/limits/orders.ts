/* The bounds of orders, and of asking about them. */

export const pointerChars = 500;
/** Event types and poll answers that a source's tracking may name. */
export const trackedStates = 100;
export const orderIdChars = 200;
export const pollUrlChars = 2048;
export const pollEveryMinMs = 100;
export const pollMaxMs = 30 * 86_400_000;
export const pollAfterDefaultMs = 5 * 60_000;
export const pollEveryDefaultMs = 5 * 60_000;
/** An order is asked about for no longer than this, unless its source says for how long. */
export const pollGiveUpDefaultMs = 30 * 86_400_000;
export const slaMaxMs = 90 * 86_400_000;
/** How long after failures the next question may be put off by doubling, if `every` is not longer. */
export const pollBackOffMaxMs = 3_600_000;
/** Failed questions in a row after which the source counts as unreachable. */
export const pollFailuresTold = 2;
export const pollTimeoutMs = 20_000;
export const pollBodyBytes = 256 * 1024;
export const pollsPerSecondDefault = 5;
export const pollsPerSecondMax = 1000;
/** How often the tracker looks for orders that are due when nothing tells it to look earlier. */
export const trackEveryMs = 60_000;
/** How soon the tracker looks again after news of an order. */
export const trackSoonMs = 200;
/** Entries of one order's history that are kept: the first, and the newest. */
export const orderHistory = 200;
export const orderNoteChars = 500;
export const listPages = 20;
export const listItems = 1000;
export const listOverlapDefaultMs = 10 * 60_000;
export const listBodyBytes = 4 * 1024 * 1024;
/** Open orders that one act watches anew when their source changes. */
export const rewatchOrders = 200;
/** How far ahead moments to ask at are given out: what is given to a process that dies is lost, and a source that wants to be left alone hears so much more. */
export const pollAheadMs = 1000;
/** Questions under way at once, over all sources, to one, and to one that failed to answer last. */
export const pollsUnderWay = 128;
/** See `pollsUnderWay`. */
export const pollsUnderWayEach = 8;
/** See `pollsUnderWay`. */
export const pollsUnderWayFailing = 1;
/** How soon the tracker looks again when orders wait for a question that is under way to end. */
export const pollAgainMs = 50;
/** Orders that one act changes because of time alone; more are changed at once after it. */
export const passedOrders = 200;
