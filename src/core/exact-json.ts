/** JSON with numbers kept as they are written (TC39 "JSON.parse source text access", in every runtime that we run on). */
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
}

const json = JSON as unknown as ExactJson;

/**
 * What JSON text says, with every number kept as it is written: `JSON.stringify` writes it back digit by digit, `numberText`
 * reads it. Throws as `JSON.parse` does. Such values do not survive being copied to another thread: hand texts over.
 */
export function parseExact(text: string): unknown {
  return json.parse(text, (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined ? json.rawJSON(context.source) : value,
  );
}

/** The digits of a number, whether it came from `parseExact` or is a plain one; null for anything else. */
export function numberText(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return json.isRawJSON(value) ? value.rawJSON : null;
}
