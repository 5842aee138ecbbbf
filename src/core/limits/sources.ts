/* The bounds of receiving: sources, what came through them, and what stands around the door. */

export const sourcesPerAccount = 1000;
/** Largest request that a source takes, and how far its owner may move it. */
export const sourceBodyDefaultBytes = 5 * 1024 * 1024;
export const sourceBodyMinBytes = 1024;
export const sourceBodyMaxBytes = 16 * 1024 * 1024;
export const sourceSecretChars = 4096;
export const sourceSchemas = 100;
export const ackBodyChars = 1000;
/** A token in an address that strangers know: 32 characters that hold 160 random bits. */
export const tokenBytes = 20;
/** What else came through a source, kept for people: newest requests of each verdict, and their bytes. */
export const requestsKept = 1000;
export const requestsKeptBytes = 64 * 1024 * 1024;
/** Of the requests of one source that are not taken in, how many are kept in a second; the others are answered and counted. */
export const requestsKeptPerS = 20;
/** Certificates of providers: how many are remembered and how long, also that there was none, and what fetching one may take. */
export const certificatesKept = 1000;
export const certificateKeepMs = 6 * 3_600_000;
export const certificateAgainMs = 60_000;
export const certificateTimeoutMs = 2500;
export const certificateBytes = 64 * 1024;
/** Headers of an inbound request that are kept, as text. */
export const receivedHeaderChars = 16 * 1024;
/** Certificates of providers that are fetched at once, and those that wait for that; past it the provider is told to come again. */
export const certificatesAtOnce = 16;
/** See `certificatesAtOnce`. */
export const certificatesWaiting = 32;
/** How often a node looks in the store for sources that it does not know, and how many requests may wait for that. */
export const newcomersEveryMs = 200;
/** See `newcomersEveryMs`. */
export const newcomersWaiting = 1000;
