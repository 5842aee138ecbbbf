/** Where a value sits in a request. */
export type Place = { header: string } | { body: string } | { query: string };

/** How a signature is made and checked: data over a handful of primitives. The same entry signs and verifies. */
export interface Scheme {
  /** Where the signature sits. */
  place: Place;
}
