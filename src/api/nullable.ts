import { type TUnsafe, Type } from 'typebox';

interface Types {
  string: string;
  integer: number;
  boolean: boolean;
  object: Record<string, unknown>;
  array: unknown[];
}

/** A value of this JSON type, or null. */
export function nullable<T extends keyof Types>(
  type: T,
  description?: string,
  more: { maxLength?: number; minimum?: number; maximum?: number; format?: 'date-time' } = {},
): TUnsafe<Types[T] | null> {
  return Type.Unsafe({
    type: [type, 'null'],
    ...(description === undefined ? {} : { description }),
    ...more,
  });
}

/** A moment, or null. */
export function maybeTime(description: string): TUnsafe<string | null> {
  return nullable('string', description, { format: 'date-time' });
}
