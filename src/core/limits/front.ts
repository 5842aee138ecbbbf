/* The bounds of the thread that callers connect to. */

/** Largest body of a plain request; what is larger is passed on as it comes. */
export const plainBodyBytes = 64 * 1024;
/** Fields that a plain request has at most. Of more than a thousand, node:http would not see the last. */
export const plainFields = 100;
/** How long the rest of a plain request's body may take; then what there is is passed on. */
export const plainBodyMs = 2_000;
/** How long a connection that asks nothing is kept. */
export const keepAliveMs = 72_000;
/** Bytes of a connection that is passed on which are on their way between the threads, in each direction. */
export const tunnelBytes = 64 * 1024;
