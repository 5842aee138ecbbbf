/* The bounds of fetching. */

export const pullMax = 100;
export const pullWaitMaxMs = 20_000;
export const pullLeaseMinMs = 1000;
export const pullLeaseDefaultMs = 30_000;
export const pullLeaseMaxMs = 12 * 3_600_000;
export const nackDelayMaxMs = 30 * 86_400_000;
/** Deliveries that one ack or nack may name. */
export const pullIds = 1000;
/** Consumers that may wait for messages at one endpoint, and at all of them. */
export const pullWaitersEach = 100;
export const pullWaiters = 5000;
/** What one answer holds at most of data, unless a single message is larger. */
export const pullBytes = 8 * 1024 * 1024;
