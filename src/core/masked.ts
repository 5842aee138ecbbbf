import type { FlatHeaders } from './attempt.ts';

/** Stands for a value that is not shown. No header's value can be it, as it is not ASCII: sent back at a change, it says that the value stays. */
export const masked = '•••';

/** The headers as an attempt keeps them: values under the names in `own` (in lower case) are not shown; the same array where there are none. */
export function withMasked(headers: FlatHeaders, own: ReadonlySet<string>): FlatHeaders {
  if (own.size === 0) return headers;
  return headers.map((text, i) => (i % 2 === 1 && own.has(headers[i - 1]!) ? masked : text));
}
