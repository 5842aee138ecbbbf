/* The bounds of what callers may hand us and ask for: events, pages of lists, and the HTTP around them. */

export const eventTypeChars = 128;
export const eventIdChars = 200;
export const referenceChars = 512;
export const timestampChars = 64;
export const jsonDepth = 64;
/** The envelope around `data`: type, id, timestamp, reference and white space. */
export const envelopeBytes = 16 * 1024;
export const batchEvents = 1000;
export const batchBytes = 8 * 1024 * 1024;
/** Largest `data`, and how far an operator may move it. */
export const payloadDefaultBytes = 256 * 1024;
export const payloadMinBytes = 1024;
export const payloadMaxBytes = 4 * 1024 * 1024;
export const idempotencyKeyChars = 255;
export const deliverAtAheadMs = 365 * 86_400_000;
/** Largest body of a management request. */
export const managementBytes = 1024 * 1024;
/** Refused requests that the log names in a second; the others are counted. */
export const refusalsToldPerS = 10;
export const listDefault = 50;
export const listMax = 250;
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 30_000;
export const maxHeaderBytes = 16 * 1024;
/** How often slow requests are looked for. */
export const slowCheckMs = 5_000;
/** How much of a body that is too large is still read, so that its sender gets to see the 413. */
export const drainedBodyBytes = 32 * 1024 * 1024;
export const pathParamChars = 1024;
export const apiKeyChars = 256;
/** Authorization headers whose hash is remembered. */
export const apiKeysRemembered = 10_000;
/** Delivery ids that one replay may name. */
export const replayIds = 1000;
export const statsBuckets = 1000;
export const searchChars = 200;
