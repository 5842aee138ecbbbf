import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { problems } from '../../src/api/errors.ts';
import { problem } from '../../src/api/models.ts';
import { failuresOf } from '../../src/api/openapi.ts';
import type { Route } from '../../src/api/route.ts';

interface Answered {
  status: number;
  headers: Record<string, unknown>;
  body: unknown;
}

/**
 * Holds every answer of a test against what the OpenAPI document says of its route: a documented status, and a body with
 * exactly the documented members. So each test is also a test of the document.
 */
export function documentCheck(
  table: readonly Route[],
): (method: string, url: string, answer: Answered) => void {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const checks = new Map<unknown, ValidateFunction>();
  const check = (schema: unknown, body: unknown, what: string): void => {
    const validate = checks.get(schema) ?? ajv.compile(closed(schema) as object);
    checks.set(schema, validate);
    assert.ok(validate(body), `${what}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
  };
  return (method, url, answer) => {
    const path = url.split('?')[0]!;
    const route = table.find((one) => one.method === method && matches(one.path, path));
    const what = `${method} ${url} → ${answer.status}`;
    if (answer.status >= 400) check(problem, answer.body, what);
    if (route === undefined) return;
    if (answer.status >= 400)
      // What is no HTTP request to begin with is 400 everywhere.
      assert.ok(
        answer.status === 400 || failuresOf(route).some((code) => problems[code].status === answer.status),
        `${what} is not documented`,
      );
    else if (answer.status === route.success.status || route.alsoAnswers?.[answer.status] !== undefined) {
      if (route.success.schema !== undefined) check(route.success.schema, answer.body, what);
    } else assert.fail(`${what} is not documented`);
  };
}

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
}

/** A copy in which objects may hold only the members that are listed. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([name, member]) => [name, closed(member)]));
  return 'properties' in copy && copy.type === 'object' ? { additionalProperties: false, ...copy } : copy;
}
