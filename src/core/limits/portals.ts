/* The bounds of portals. */

/** How long a link may wait to be opened: unless said, at least, at most. */
export const portalLinkMs = 5 * 60_000;
/** See `portalLinkMs`. */
export const portalLinkMinMs = 10_000;
/** See `portalLinkMs`. */
export const portalLinkMaxMs = 60 * 60_000;
/** How long a portal is open once its link was opened: unless said, at least, at most. */
export const portalMs = 60 * 60_000;
/** See `portalMs`. */
export const portalMinMs = 60_000;
/** See `portalMs`. */
export const portalMaxMs = 24 * 60 * 60_000;
/** Origins whose pages may frame one portal. */
export const portalOrigins = 10;
/** Characters of an origin. */
export const portalOriginChars = 260;
/** Links of one account that are kept, open or not; a further one takes the place of the oldest. */
export const portalLinksEach = 1000;
/** How long a link is listed after it has ended. */
export const portalKeepMs = 7 * 86_400_000;
