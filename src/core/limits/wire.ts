/* The bounds of wire formats and of signing. */

/** Signing keys kept ready for use. */
export const signingKeys = 20_000;
/** Parts of an endpoint's own wire format: body members, headers and parts of the signed message. */
export const wireParts = 30;
export const wirePartChars = 200;
/** One value that a scheme needs besides its secret: the longest is a public key. */
export const schemeFieldChars = 5000;
/** How old a request may be at most, whatever its source is told. */
export const toleranceMaxMs = 86_400_000;
