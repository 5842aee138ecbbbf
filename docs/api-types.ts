import { openApi } from '../src/api/openapi.ts';
import type { ApiParts } from '../src/api/parts.ts';
import { routes } from '../src/api/routes.ts';

/** A JSON Schema, as far as the document uses it. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
}

interface Operation {
  summary: string;
  parameters: { name?: string; in?: string; schema?: Schema }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

/** Routes that a client has no use for: another spelling of the same, doors for others, and probes. */
const leftOut = /^\/(v1\/webhooks|in\/|livez|readyz|metrics)/;

/** The types of the API for the SDK's client, one line each, from the OpenAPI document. */
export function renderApiTypes(): string {
  // Routes are only described here; none of them is called.
  const document = openApi(routes({} as ApiParts), { version: '', sent: [] });
  const { schemas } = document.components as { schemas: Record<string, Schema> };
  const named = Object.entries(schemas).map(
    ([name, schema]) => `/** ${name}, as the API shows it. */\nexport type ${name} = ${typeOf(schema)};`,
  );
  const paths = Object.entries(document.paths as Record<string, Record<string, Operation>>);
  const operations = paths
    .filter(([path]) => !leftOut.test(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) =>
        renderOperation(`${method.toUpperCase()} ${path}`, operation),
      ),
    );
  return `// Written by \`npm run docs\` from the OpenAPI document; a test compares them.

${named.join('\n\n')}

/** Every call of the API: what it takes and what it answers. */
export interface Operations {
${operations.join('\n')}
}
`;
}

function renderOperation(name: string, { summary, parameters, requestBody, responses }: Operation): string {
  const parts: string[] = [];
  const ofPath = parameters.filter((parameter) => parameter.in === 'path');
  const ofQuery = parameters.filter((parameter) => parameter.in === 'query');
  if (ofPath.length > 0) parts.push(`path: { ${ofPath.map((each) => `${each.name}: string`).join('; ')} }`);
  if (ofQuery.length > 0)
    parts.push(`query?: { ${ofQuery.map((each) => `${each.name}?: ${typeOf(each.schema!)}`).join('; ')} }`);
  const body = requestBody?.content['application/json']?.schema;
  if (body !== undefined) parts.push(`body${requestBody!.required ? '' : '?'}: ${typeOf(body)}`);
  const success = Object.entries(responses).find(([status]) => /^2/.test(status))?.[1];
  const answer = success?.content?.['application/json']?.schema;
  const input = parts.length === 0 ? 'Record<never, never>' : `{ ${parts.join('; ')} }`;
  return `  /** ${summary}. */\n  '${name}': { input: ${input}; answer: ${answer === undefined ? 'undefined' : typeOf(answer)} };`;
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1)!;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  const union = schema.anyOf ?? schema.oneOf;
  if (union !== undefined) return `(${union.map(typeOf).join(' | ')})`;
  if (schema.allOf !== undefined) return `(${schema.allOf.map(typeOf).join(' & ')})`;
  const types = [schema.type ?? []].flat().map((type) => typeNamed(type, schema));
  return types.length === 0 ? 'unknown' : types.length === 1 ? types[0]! : `(${types.join(' | ')})`;
}

function typeNamed(type: string, schema: Schema): string {
  if (type === 'integer') return 'number';
  if (type === 'array')
    return `${schema.items === undefined ? 'unknown' : bracketed(typeOf(schema.items))}[]`;
  if (type !== 'object') return type;
  const { properties, required = [], additionalProperties } = schema;
  if (properties === undefined)
    return typeof additionalProperties === 'object'
      ? `Record<string, ${typeOf(additionalProperties)}>`
      : 'Record<string, unknown>';
  const members = Object.entries(properties).map(
    ([name, member]) =>
      `${/^\w+$/.test(name) ? name : `'${name}'`}${required.includes(name) ? '' : '?'}: ${typeOf(member)}`,
  );
  return `{ ${members.join('; ')} }`;
}

function bracketed(text: string): string {
  return / \| /.test(text) && !/^[({]/.test(text) ? `(${text})` : text;
}
