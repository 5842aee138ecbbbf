/* The bounds of the dispatcher. */

/** Requests under way at once to endpoints that answer quickly. Small enough that, under overload, turns are taken here. */
export const quickInFlightMax = 256;
/** Requests under way at once to endpoints that are slow or failing, which never take a quick place for long. */
export const slowInFlightMax = 1024;
/** While more than this share of the places is free, nobody waits for a turn. */
export const scarceShare = 0.25;
/** A request under way for longer than this counts as slow; so does an endpoint whose answers take longer on average. */
export const slowMs = 1000;
export const breakerFailures = 10;
export const breakerForMs = 30_000;
/** While a breaker is open, one first attempt goes out this often. */
export const breakerProbeMs = 10_000;
/** A due retry of a failing endpoint that waited longer than this may pass the adaptive window, up to the endpoint's concurrency. */
export const retryLatenessMs = 5000;
/** How much of one second's rate may go out at once. */
export const rateBurstShare = 0.1;
/** How often requests under way are looked at: slow ones change pools, and fresh ones get a row in the store. */
export const watchEveryMs = 250;
/** A delivery that was sent straight from memory and has not ended after this long gets a row in the store. */
export const spillAfterMs = 1000;
/** Deliveries that wait in memory for a place in their lane: in one, in all, and the characters of their events. */
export const standbyPerLane = 64;
export const standbyMax = 4096;
export const standbyChars = 32 * 1024 * 1024;
/** Timers longer than this fire at once in Node (32-bit overflow at 24.8 days), so longer waits are cut into pieces. */
export const timerMaxMs = 3_600_000;
/** A settlement that the store could not take is tried again this often. */
export const settleAgainMs = 1000;
/** What one claim brings of data, shared by the endpoints it is for; each gets one delivery, however large. */
export const claimBytes = 16 * 1024 * 1024;
/** Data of requests under way past which nothing more is taken on before some of it has ended. */
export const underWayBytes = 256 * 1024 * 1024;
/** Accounts and endpoints whose turns are remembered while nobody waits; past so many, all are forgotten. */
export const turnsRemembered = 4096;
