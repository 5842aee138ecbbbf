/* The bounds of people at the dashboard. */

/** People at the dashboard. */
export const people = 1000;
/** Characters of an e-mail address. */
export const emailChars = 254;
/** Fewest characters of a password. */
export const passwordCharsMin = 10;
/** Hashing takes the same time whatever the length; this only bounds what is read. */
export const passwordCharsMax = 200;
/** Passwords hashed at once, and those that may wait; past it the answer is 429. Each hash takes 32 MiB and some 100 ms. */
export const hashesAtOnce = 2;
/** See `hashesAtOnce`. */
export const hashesWaiting = 20;
/** How long a session lasts. */
export const sessionKeepMs = 7 * 86_400_000;
/** Browsers that one person, or one key, may have signed in; a further one signs the oldest out. */
export const sessionsEach = 20;
/** Sessions that a list shows. */
export const sessionsShown = 1000;
/** How much is kept of what a browser calls itself. */
export const userAgentChars = 200;
/** Accounts that a session is told of, to switch between; the others are named by id. */
export const sessionAccounts = 1000;
/** How long a link to sign in is valid. */
export const signInLinkKeepMs = 30 * 60_000;
/** Links that are valid at once; a further one makes the oldest useless. */
export const signInLinks = 100;
/** Failures to sign in, within this time, from one address in all and from one address as one person; then it has to wait. */
export const signInWithinMs = 15 * 60_000;
/** From one address in all. */
export const signInFailuresAddress = 30;
/** From one address as one person. */
export const signInFailuresEach = 8;
/** Addresses, alone and with a person, whose failures are remembered. */
export const signInNames = 10_000;
/** Entries of the audit log that are kept; then the oldest go. */
export const auditEntries = 100_000;
/** Those of portals, apart: whoever has one could wash out what operators did. */
export const auditEntriesOfPortals = 5000;
/** The oldest go after so many new ones, so there may be that many more. */
export const auditTrimEvery = 100;
/** Of a name in the audit log: of longer ones, URLs, only the beginning is kept. */
export const auditNameChars = 200;
