import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import type { Problem } from '../../core/errors.ts';

/**
 * Makes a check of event data from a JSON Schema (2020-12) that an account set for an event type. Throws with the reason when
 * the schema itself cannot be used. Every schema has a compiler of its own: equal `$id`s of two accounts must not meet.
 */
export function compileSchema(schema: Record<string, unknown>): (data: string) => Problem[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false, validateFormats: true });
  formatsPlugin.default(ajv);
  const validate = ajv.compile(schema);
  return (data) => (validate(JSON.parse(data)) ? [] : (validate.errors ?? []).slice(0, 20).map(problemOf));
}

function problemOf(error: ErrorObject): Problem {
  return { pointer: `/data${error.instancePath}`, detail: `${error.message ?? 'is not as the schema says'}` };
}
