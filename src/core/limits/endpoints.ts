/* The bounds of what an endpoint may ask for. */

export const endpointEvents = 200;
export const endpointSources = 200;
export const endpointUrlChars = 2048;
export const endpointHeaders = 30;
export const headerNameChars = 128;
export const headerValueChars = 1024;
export const metadataBytes = 16 * 1024;
export const filterConditions = 50;
/** A whole filter, as JSON text. */
export const filterChars = 16 * 1024;
/** Filters that are kept ready for matching; past it, all are forgotten and read again. */
export const filtersRemembered = 1000;
export const secretChars = 256;
export const secretsAtOnce = 4;
export const concurrencyDefault = 16;
export const concurrencyMax = 256;
export const ratePerSecondMax = 10_000;
export const timeoutMinMs = 100;
export const timeoutMaxMs = 60_000;
export const retryEntries = 100;
export const retryFactorMax = 100;
export const retryEntryMaxMs = 30 * 86_400_000;
export const giveUpAfterMaxMs = 90 * 86_400_000;
export const overlapMaxMs = 30 * 86_400_000;
/** Event types whose matching endpoints an account's index remembers; past it, it forgets them all and starts again. */
export const matchMemoTypes = 1000;
