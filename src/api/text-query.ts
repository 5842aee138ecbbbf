import { Type } from 'typebox';
import * as limits from '../core/limits/api.ts';

/** The search of payloads, for lists of events and of what is owed. */
export const searchText = Type.String({
  minLength: 1,
  maxLength: limits.searchChars,
  description:
    'Only events whose `data`, as it was published, contains this text: escapes and spaces count, id and type are not looked at. ' +
    '`data.order.id:123` asks for the member at that path, with whole numbers for places in a list (`data.items.0.sku:A-1`): it is the number 123 or the string "123", ' +
    'as JSON writes it, not a part of it; `data.order.id:"123"` is the string only.',
});
