import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { TSchema } from 'typebox';
import { invalid, type Problem } from '../core/errors.ts';

const options = { allErrors: true, verbose: true, allowUnionTypes: true, validateFormats: false } as const;
const bodies = new Ajv2020(options);
const queries = new Ajv2020({ ...options, coerceTypes: true });
for (const ajv of [bodies, queries]) ajv.addKeyword('x-must');

export type Validator = (value: unknown) => void;

/** Makes the check of a request's body: throws `invalid` with a JSON pointer and a sentence for each thing that is wrong. */
export function bodyValidator(schema: TSchema): Validator {
  return validator(bodies, schema, (pointer) => pointer);
}

/** The same for query parameters, which are strings: numbers and booleans are read from them in place. The pointer is the parameter's name. */
export function queryValidator(schema: TSchema): Validator {
  const check = validator(queries, schema, (pointer) => pointer.slice(1));
  return (value) => {
    check(value);
    // Ajv takes `Infinity` for an integer, and does not hold it to any bound.
    for (const [name, read] of Object.entries(value as object))
      if (read === Infinity || read === -Infinity)
        throw invalid([{ pointer: name, detail: 'must be a number that is not infinite' }]);
  };
}

/** Compiled when it is asked first: the checks of all routes take a tenth of a second, which a start need not wait for. */
function validator(ajv: Ajv2020, schema: TSchema, name: (pointer: string) => string): Validator {
  let check: ValidateFunction | null = null;
  return (value) => {
    check ??= ajv.compile(schema);
    if (check(value)) return;
    const found = problemsOf(check.errors ?? []);
    throw invalid(found.map(({ pointer, detail }) => ({ pointer: name(pointer), detail })));
  };
}

/** One problem for each place, in the order found; what an `anyOf` found in its branches is summed up by the `anyOf`. */
function problemsOf(errors: readonly ErrorObject[]): Problem[] {
  const groups = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  const shown = errors.filter(
    (error) =>
      !groups.some((group) => error !== group && error.schemaPath.startsWith(`${group.schemaPath}/`)),
  );
  const byPlace = new Map<string, Problem>();
  for (const error of shown) {
    const problem = toProblem(error);
    const key = `${problem.pointer} ${error.keyword === 'additionalProperties' ? '+' : ''}`;
    if (!byPlace.has(key)) byPlace.set(key, problem);
  }
  return [...byPlace.values()];
}

function toProblem(error: ErrorObject): Problem {
  const at = error.instancePath;
  const params = error.params as Record<string, unknown>;
  const must = (error.parentSchema as Record<string, unknown> | undefined)?.['x-must'];
  if (error.keyword === 'required') {
    return { pointer: `${at}/${escapePointer(String(params.missingProperty))}`, detail: 'is required' };
  }
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') {
    const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
    const extra = String(params.additionalProperty ?? params.unevaluatedProperty);
    return {
      pointer: `${at}/${escapePointer(extra)}`,
      detail: `is not known here; remove it${known.length > 0 ? ` (known: ${known.join(', ')})` : ''}`,
    };
  }
  return { pointer: at, detail: typeof must === 'string' ? must : sentence(error, params) };
}

function sentence(error: ErrorObject, params: Record<string, unknown>): string {
  const limit = String(params.limit);
  switch (error.keyword) {
    case 'type':
      return `must be ${[params.type].flat().map(article).join(' or ')}`;
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).map((v) => JSON.stringify(v)).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'minLength':
      return limit === '1' ? 'must not be empty' : `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'minItems':
      return limit === '1' ? 'must not be empty' : `must hold at least ${limit} items`;
    case 'maxItems':
      return `must hold at most ${limit} items`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'pattern':
      return `must match ${String(params.pattern)}`;
    default:
      return error.message ?? 'is not valid';
  }
}

function article(type: unknown): string {
  const name = String(type);
  if (name === 'null') return 'null';
  return /^[aeio]/.test(name) ? `an ${name}` : `a ${name}`;
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
