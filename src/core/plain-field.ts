/**
 * A field line of RFC 9112 in its usual spelling, from where the pattern's `lastIndex` stands: one space or none before the value,
 * ASCII alone, nothing folded. A pattern of its own for each caller; it answers the name and the value.
 */
export const plainField = (): RegExp =>
  /([A-Za-z0-9_-]+): ?((?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?)\r\n/y;
