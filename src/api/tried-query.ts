import { Type } from 'typebox';
import type { TriedFilter } from '../core/delivery.ts';
import { attemptsAskedMax } from '../core/limits/lists.ts';
import { given } from './given.ts';

/** Query parameters or members that select deliveries by their attempts. */
export const triedFields = {
  httpStatus: Type.Optional(
    Type.String({
      pattern: '^[1-5]([0-9]{2}|xx)$',
      description:
        'Only those whose last attempt was answered so: a code such as `503`, or a class such as `5xx`.',
    }),
  ),
  minAttempts: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: attemptsAskedMax,
      description: 'Only those that were attempted at least so often.',
    }),
  ),
};

/** What they ask for. */
export function readTried({
  httpStatus,
  minAttempts,
}: {
  httpStatus?: string;
  minAttempts?: number;
}): TriedFilter {
  return given({ httpStatus: httpStatus === undefined ? undefined : answersOf(httpStatus), minAttempts });
}

/** `503` is one answer, `5xx` a hundred. */
function answersOf(text: string): { from: number; to: number } {
  return { from: Number(text.replace('xx', '00')), to: Number(text.replace('xx', '99')) };
}
