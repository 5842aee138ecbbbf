/* The bounds of bins, and of explaining what one caught. */

export const binsPerAccount = 100;
/** Besides those of any id: with them, 160 bits of the address are random. */
export const binTokenBytes = 10;
/** Largest request that a bin takes. */
export const binBodyBytes = 1024 * 1024;
/** Newest requests that a bin keeps, and the bytes of their bodies. */
export const binRequestsKept = 500;
export const binKeptBytes = 16 * 1024 * 1024;
/** Bodies that one page of a bin's requests holds at most, unless a single one is larger. */
export const binPageBytes = 4 * 1024 * 1024;
export const binDelayMaxMs = 60_000;
export const binFailFirstMax = 1_000_000;
/** Of an answer that is slow, how many bytes go out one after another. */
export const binAnswerChars = 1000;
/** Who may watch one process's bins at once, and how often such a stream looks for what another node caught; it shows then that it is alive. */
export const binWatchers = 200;
export const streamLookMs = 5000;
/** Bodies up to this size are looked into for what was done to them; every guess costs a hash of it. */
export const explainBytes = 256 * 1024;
/** Of signed bytes and of a signature, how much an explanation shows. */
export const explainTextChars = 2000;
/** Headers that are tried as the signature's. */
export const explainHeaders = 50;
