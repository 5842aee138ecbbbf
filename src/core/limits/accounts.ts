/* The bounds of accounts and what they have. */

export const descriptionChars = 1000;
export const nameChars = 200;
export const accountIdChars = 64;
export const eventTypesPerAccount = 1000;
export const keysPerAccount = 1000;
export const endpointsPerAccountDefault = 10;
export const endpointsPerAccountMax = 10_000;
/** Test attempts of one account under way at once; past it the answer is 429 with Retry-After. */
export const testsPerAccount = 10;
