/** Exponents past this many digits are taken as this large: nothing is ever expanded, so the size of a number costs nothing. */
const exponentDigits = 15;
const numberPattern = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?)(\d+))?$/;

/** A decimal as sign, digits without zeros at either end, and where the first of them stands. */
interface Decimal {
  /** -1, 0 or 1. */
  sign: number;
  digits: string;
  /** The value is 0.DIGITS × 10^magnitude. */
  magnitude: number;
}

/** Whether `text` is a number as JSON writes it. */
export function isDecimal(text: string): boolean {
  return numberPattern.test(text);
}

/**
 * Compares two numbers as JSON writes them, exactly, as decimals: negative when `a` is less, 0 when they are equal (`12.50` and
 * `12.5`, `1e2` and `100`, `-0` and `0`), positive when `a` is more. Linear in the length of the texts; NaN when one is no number.
 */
export function compareDecimals(a: string, b: string): number {
  const x = parse(a);
  const y = parse(b);
  if (x === null || y === null) return Number.NaN;
  if (x.sign !== y.sign) return x.sign - y.sign;
  if (x.magnitude !== y.magnitude) return x.magnitude < y.magnitude ? -x.sign : x.sign;
  if (x.digits === y.digits) return 0;
  return x.digits < y.digits ? -x.sign : x.sign;
}

function parse(text: string): Decimal | null {
  const parts = numberPattern.exec(text);
  if (parts === null) return null;
  const whole = parts[2] ?? '';
  const all = whole + (parts[3] ?? '');
  const from = firstDigit(all);
  if (from === all.length) return { sign: 0, digits: '', magnitude: 0 };
  const exponent = exponentOf(parts[4] ?? '', parts[5] ?? '0');
  return {
    sign: parts[1] === '-' ? -1 : 1,
    digits: all.slice(from, lastDigit(all) + 1),
    magnitude: whole.length - from + exponent,
  };
}

function exponentOf(sign: string, text: string): number {
  const digits = text.slice(firstDigit(text));
  const size = digits.length > exponentDigits ? 10 ** exponentDigits : Number(digits);
  return sign === '-' ? -size : size;
}

function firstDigit(text: string): number {
  let at = 0;
  while (text.charCodeAt(at) === 0x30) at++;
  return at;
}

function lastDigit(text: string): number {
  let at = text.length - 1;
  while (text.charCodeAt(at) === 0x30) at--;
  return at;
}
