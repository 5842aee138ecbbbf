/* The bounds of the store, and how long it keeps what. */

export const idempotencyKeepMs = 24 * 3_600_000;
/** How long an event's id is known at least, from its acceptance on, however short retention is. */
export const eventIdKeepMs = 30 * 86_400_000;
/** Endpoints that one event can go to; a delivery's key keeps 16 bits for its place among them. */
export const targetsPerEvent = 65_536;
/** How long a source knows what came through it before. */
export const dedupeKeepMs = 35 * 86_400_000;
/** How long events and attempts are kept, and how far an operator may move it. */
export const retentionDefaultMs = 30 * 86_400_000;
export const retentionMinMs = 60_000;
export const retentionMaxMs = 3650 * 86_400_000;
export const heldMaxMs = 30 * 86_400_000;
/** Accepts that may wait for a commit; past it the answer is 503 with Retry-After. */
export const commitQueueEvents = 20_000;
export const commitQueueBytes = 64 * 1024 * 1024;
/** Events, settlements and other acts that one commit may hold; the last act of it may bring some more, and on one thread alone acts are counted. */
export const commitItems = 2_000;
export const busyRetryAfterS = 1;
/** Look-ups that may wait for a reader; past it the answer is 503 with Retry-After. */
export const readQueue = 1000;
export const storeReaders = 2;
/** How long a connection waits for another's lock. */
export const storeBusyMs = 5000;
/** Pages that SQLite's log may hold before they are moved into the database. */
export const walPages = 4000;
export const walKeepBytes = 64 * 1024 * 1024;
/** Pages of the database that each connection keeps; what is older the system has. 64 MiB were no faster. */
export const storeCacheKib = 16 * 1024;
/**
 * The young generation of a thread of the store, in MiB: two halves of 4, and as much for what is large. What it works on lives as long as a
 * commit, so V8 lets the young grow, without this to halves of 32 (Node 26) or 64, for the same rate. `--max-semi-space-size` goes before it.
 */
export const storeYoungMib = 12;
/** A database up to this size is checked as a whole at each start; after a crash, up to the second. */
export const checkBytes = 64 * 1024 * 1024;
export const checkUncleanBytes = 1024 * 1024 * 1024;
/** Connections of one node to PostgreSQL for acts that write; `storeReaders` are beside them, and one that listens. */
export const storeWriters = 6;
/** A node that the server let have fewer connections asks for more after this. */
export const widenAfterMs = 5000;
/** Events or settlements that go into one statement, unless one call has more, and statements of one kind under way at once. */
export const statementItems = 500;
export const statementFlights = 2;
export const statementMs = 10_000;
/** How long a transaction may stand open for its next statement: a node that was stopped in between lets go. */
export const transactionIdleMs = 5000;
/** Version 14. */
export const postgresOldest = 140_000;
export const databaseConnectMs = 5000;
/**
 * A node says that it lives this often. Without a word for `nodeDeadMs` it is taken over by the next of the others that says so, which is
 * within 15 s of its last word, with a second for the database; it stops sending some time before.
 */
export const nodeBeatMs = 3000;
export const nodeDeadMs = 11_000;
export const nodeDoubtMs = 9000;
/** What nodes tell each other is gathered for this long. */
export const tellEveryMs = 20;
/** Pause before a broken connection for news is made again. */
export const listenAgainMs = 1000;
/** Beats between two looks at all work that waits, for what nobody was told of. */
export const lookEveryBeats = 10;
/** Positions that one era can give, how many eras a retention has at least, and how long one takes in what is new. */
export const eraEvents = 16_777_216;
export const erasInRetention = 30;
export const eraMinMs = 3_600_000;
export const eraMaxMs = 86_400_000;
/** Eras that take in what is new, or will. */
export const erasAhead = 3;
/** Longest line of an archive: a row, with everything an attempt or an event may hold. */
export const archiveLineBytes = 64 * 1024 * 1024;
/** How long dropping an era waits for whoever reads it. */
export const dropWaitMs = 500;
/** Attempts of one delivery that keep their record; later ones are counted only. */
export const attemptsKept = 8191;
/** Rows that one page of a replay looks at, for each it may put back. */
export const replayScan = 10;
/** Events that are not in SQLite's lists yet, at least, when they are put there, and how many at most in one commit. */
export const unlistedEvents = 256;
export const listedAtOnce = 4096;
/** Clocks may go back this far without an event being missed by a search in time. */
export const clockBackMs = 3_600_000;
export const sweepRows = 500;
export const sweepEveryMs = 60_000;
/** Pause between two steps while there is more to sweep, so that accepts come in between. */
export const sweepAgainMs = 20;
export const replayRows = 200;
/** Rows that are looked at at once to count what a replay takes. */
export const replayCountRows = 20_000;
/** Replays of one account that are counted or fed at once. */
export const replaysAtOnce = 20;
/** Pause between two pages of a replay, so that it cannot crowd out the store. */
export const replayEveryMs = 50;
