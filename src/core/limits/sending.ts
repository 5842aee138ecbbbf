/* The bounds of sending, and of what is kept of an answer. */

/** How long a receiver on a developer's machine may take. */
export const localAnswerMs = 30_000;
export const connectTimeoutMs = 5000;
export const responseHeaderBytes = 16 * 1024;
/** How much of a request's or response's body an attempt shows. */
export const attemptBodyBytes = 16 * 1024;
/** How much of a response is read before the connection is dropped. */
export const responseReadBytes = 64 * 1024;
/** A body up to this is copied behind the head of its request, so that both are written as one. */
export const joinedBytes = 16 * 1024;
export const dnsTimeoutMs = 2000;
export const dnsTries = 2;
export const dnsCacheEntries = 10_000;
export const dnsKeepMinMs = 5_000;
export const dnsKeepMaxMs = 60_000;
export const dnsKeepFailureMs = 5_000;
/** Requests that a thread begins before it looks at what has been answered. */
export const requestsATurn = 24;
export const idleSockets = 1024;
/** How long a connection rests after an answer: what its receiver says too much comes in the meantime, and ends it. */
export const socketRestMs = 2;
export const idleSocketMs = 30_000;
/** A connection is given up so much earlier than its receiver closes it. */
export const idleMarginMs = 2_000;
/** Largest head of a response that the sender reads by itself; of larger ones the HTTP client judges. */
export const plainHeadBytes = 8 * 1024;
/** A connection is not kept longer than this, so that a moved host name is followed. */
export const socketAgeMaxMs = 300_000;
export const tlsSessions = 10_000;
/** A TLS session is resumed for no longer than this: resuming skips the look at the certificate. */
export const tlsSessionMs = 3_600_000;
/** Addresses of a name that are tried for one connection, and the head start each has before the next is tried beside it. */
export const connectAddresses = 6;
export const connectStaggerMs = 250;
/** How long a look-up that has an IPv4 answer waits for the IPv6 one. */
export const dnsSecondFamilyMs = 250;
export const hostsFileBytes = 1024 * 1024;
/** URLs whose parse and check a sender remembers. */
export const checkedUrls = 10_000;
/** Spellings of header names that a sender remembers having looked at. */
export const headerSpellings = 1000;
export const retryAfterMaxMs = 24 * 3_600_000;
/** Of an event's data, how much a message for people shows. */
export const textDataChars = 200;
