import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import type { Problem } from '../../core/errors.ts';
import * as limits from '../../core/limits/event-types.ts';
import { bounded } from './bounded.ts';
import { linearPatterns } from './patterns.ts';

/**
 * Makes a check of event data from a JSON Schema (2020-12) that an account set for an event type. Throws with the reason when
 * the schema itself cannot be used. Every schema has a compiler of its own: equal `$id`s of two accounts must not meet. A check
 * is over in bounded time, whatever schema and data are.
 */
export function compileSchema(schema: Record<string, unknown>): (data: string) => Problem[] {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    logger: false,
    validateFormats: true,
    code: { regExp: linearPatterns() },
  });
  formatsPlugin.default(ajv);
  // The one format whose own pattern takes time by the square of the text.
  ajv.addFormat('url', (text: string) => /^(https?|ftp):\/\//i.test(text) && URL.canParse(text));
  const validate = ajv.compile(schema);
  const text = JSON.stringify(schema);
  const check = (data: string): Problem[] =>
    validate(JSON.parse(data)) ? [] : (validate.errors ?? []).slice(0, 20).map(problemOf);
  return (data) => {
    // A schema that does not refer to itself looks at each value once, or at each pair of values.
    if (!text.includes('Ref"') && !text.includes('$ref"') && text.length * data.length < limits.schemaQuick)
      return check(data);
    return bounded(() => check(data))?.value ?? [tooLong];
  };
}

const tooLong: Problem = {
  pointer: '/data',
  detail:
    'takes too long to check against the schema of its type; make the schema simpler, or the data smaller',
};

function problemOf(error: ErrorObject): Problem {
  return { pointer: `/data${error.instancePath}`, detail: `${error.message ?? 'is not as the schema says'}` };
}
