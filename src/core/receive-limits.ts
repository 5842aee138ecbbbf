/* The bounds of asking about orders and of what stands around the door, as `limits.ts` has those of everything else. */

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
/** Certificates of providers that are fetched at once, and those that wait for that; past it the provider is told to come again. */
export const certificatesAtOnce = 16;
/** See `certificatesAtOnce`. */
export const certificatesWaiting = 32;
/** How often a node looks in the store for sources that it does not know, and how many requests may wait for that. */
export const newcomersEveryMs = 200;
/** See `newcomersEveryMs`. */
export const newcomersWaiting = 1000;
/** What one claim brings of data, shared by the endpoints it is for; each gets one delivery, however large. */
export const claimBytes = 16 * 1024 * 1024;
/** Data of requests under way past which nothing more is taken on before some of it has ended. */
export const underWayBytes = 256 * 1024 * 1024;
