import { Type } from 'typebox';
import { invalid } from '../core/errors.ts';
import * as limits from '../core/limits/api.ts';
import { isTypePattern } from '../core/match.ts';

/** A query parameter or member that selects events by their type. */
export const typePattern = Type.String({
  minLength: 1,
  maxLength: limits.eventTypeChars + '.*'.length,
  description: 'Only events of this type: an exact name, `prefix.*`, or `*`.',
});

/** Throws `invalid` for what is neither a type nor a pattern, which would silently select nothing. */
export function checkTypePattern(given: string | undefined, pointer: string): void {
  if (given === undefined || isTypePattern(given)) return;
  throw invalid([{ pointer, detail: 'must be an event type, a prefix such as "order.*", or "*"' }]);
}
