import fc from 'fast-check';

/* Heads of HTTP messages that are nearly right, for tests of who reads them alike. */

/** As a rule this, seldom one of those. */
export const mostly = <T>(usually: T, ...seldom: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constant(usually) },
    { weight: 1, arbitrary: fc.constantFrom(...seldom) },
  );

/** A line of a head, as a rule well-formed. */
export function lineOf(name: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const spelled = fc
    .tuple(name, fc.constantFrom('as it is', 'lower', 'upper'))
    .map(([text, how]) =>
      how === 'lower' ? text.toLowerCase() : how === 'upper' ? text.toUpperCase() : text,
    );
  const between = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(': ', ':') },
    { weight: 1, arbitrary: fc.constantFrom(':  ', ':\t', ' : ', ' ', '', '::', ':\0', ':\r\n ') },
  );
  const end = mostly(
    '\r\n',
    '\n',
    '\r',
    ' \r\n',
    '\t\r\n',
    '\r\n ',
    '\r\n\t',
    '\r\r\n',
    '\n\r',
    '\r\n\r\n',
    '',
  );
  return fc.tuple(spelled, between, value, end).map((all) => all.join(''));
}

/** One of these lines, by name and value. */
export const fromTable = (table: Record<string, readonly string[]>): fc.Arbitrary<string> =>
  fc.oneof(
    ...Object.entries(table).map(([name, values]) => lineOf(fc.constant(name), fc.constantFrom(...values))),
  );
