/* The bounds of `/v1/stream`. */

/** Streams that one process serves at once; past it the answer is 429. */
export const liveWatchers = 200;
/** Of those, for one account, and for one caller of it: a key, a session, a portal. */
export const liveWatchersAccount = 100;
/** See `liveWatchersAccount`. */
export const liveWatchersEach = 20;
/** How long a reader may take nothing of what there is; then its connection ends. */
export const liveStalledMs = 60_000;
/** Changes that one stream is told in a second; of more it is told only that there were more. */
export const livePerS = 50;
/** Changes that wait for a reader that is slow; past it they become one word: more. */
export const liveWaiting = 200;
/** How often a stream shows that it is alive, and is looked at whether its caller still may see it. */
export const liveBeatMs = 15_000;
/** How often a node with streams asks the others to tell what they do, and how long these go on telling. */
export const liveAskEveryMs = 5_000;
/** See `liveAskEveryMs`. */
export const liveToldForMs = 45_000;
/** What nodes tell each other of one account goes out this often at most. */
export const liveTellEveryMs = 250;
/** Largest piece that nodes tell each other, in UTF-8; what would be larger becomes the word more. PostgreSQL takes 8,000. */
export const liveWhisperBytes = 7_500;
