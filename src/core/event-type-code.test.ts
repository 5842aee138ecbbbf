import assert from 'node:assert/strict';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { catalogue } from './catalogue.ts';
import { eventTypeCode } from './event-type-code.ts';

const of = (schema: Record<string, unknown>, name = 'a.b'): string =>
  eventTypeCode([{ name, description: 'What it is. */', schema, deprecated: false }]);

test('every type of the catalogue is there, under its name and with its members, as valid TypeScript', () => {
  const code = eventTypeCode(catalogue.map((entry) => ({ ...entry, deprecated: false })));
  for (const { name } of catalogue) assert.ok(code.includes(`"${name}": `), name);
  assert.match(code, /"inventory\.low": \{\n {4}sku\?: string;\n {4}available\?: number;/);
  assert.doesNotThrow(() => stripTypeScriptTypes(code));
});

test('what a schema says is said in TypeScript, and the rest is unknown', () => {
  const schema = {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'string' },
      state: { enum: ['open', 'closed', null] },
      kind: { const: 'x' },
      lines: {
        type: 'array',
        items: { type: 'object', properties: { 'odd-name': { type: ['integer', 'null'] } } },
      },
      tags: { type: 'object', additionalProperties: { type: 'boolean' } },
      any: { $ref: '#/somewhere' },
    },
  };
  const code = of(schema);
  for (const line of [
    'id: string;',
    'state?: "open" | "closed" | null;',
    'kind?: "x";',
    '"odd-name"?: number | null;',
    'tags?: Record<string, boolean>;',
    'any?: unknown;',
  ])
    assert.ok(code.includes(line), line);
  assert.ok(!code.includes('What it is. */ */'));
  assert.doesNotThrow(() => stripTypeScriptTypes(code));
});

test('schemas that are strange or deep end somewhere', () => {
  let deep: Record<string, unknown> = { type: 'string' };
  for (let n = 0; n < 1000; n++) deep = { type: 'object', properties: { a: deep } };
  assert.ok(of(deep).includes('unknown'));
  assert.ok(of({ type: 'nonsense' }).includes('"a.b": unknown;'));
});
