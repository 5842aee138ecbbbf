import * as limits from './limits/api.ts';

/** What the types of an event type are made of. */
export interface TypedEvent {
  name: string;
  description: string;
  schema: Record<string, unknown> | null;
  deprecated: boolean;
}

/**
 * TypeScript that says what each event type's data looks like, as far as its schema does: `Events` by name, and `Event`, which is told
 * apart by `type`. Parts of JSON Schema that TypeScript has no word for become `unknown`.
 */
export function eventTypeCode(events: readonly TypedEvent[]): string {
  const members = events.map(({ name, description, schema, deprecated }) => {
    const lines = [...description.split(/\r?\n/), ...(deprecated ? ['@deprecated'] : [])].filter(
      (line) => line !== '',
    );
    const comment = lines.length === 0 ? '' : `  /** ${lines.join(' ').replaceAll('*/', '* /')} */\n`;
    return `${comment}  ${memberName(name)}: ${typeOf(schema ?? {}, 1)};\n`;
  });
  return `${head}export interface Events {\n${members.join('')}}\n${tail}`;
}

const head =
  '// Made by `surehook types`: event types and what their data looks like.\n\n/** The data of each event type. */\n';
const tail = `
/** The name of an event type. */
export type EventType = keyof Events;

/** An event as receivers of the standard profile get it; \`switch (event.type)\` tells what \`event.data\` is. */
export type Event<T extends EventType = EventType> = {
  [K in T]: { type: K; timestamp: string; data: Events[K] };
}[T];
`;

const simple: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

function typeOf(schema: unknown, depth: number): string {
  if (schema === null || typeof schema !== 'object' || depth > limits.jsonDepth) return 'unknown';
  const { type, enum: choices, anyOf, oneOf, ...rest } = schema as Record<string, unknown>;
  if (Array.isArray(choices)) return union(choices.map((choice) => literal(choice)));
  if ('const' in rest) return literal(rest.const);
  const several = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : null;
  if (several !== null) return union(several.map((each) => typeOf(each, depth)));
  if (Array.isArray(type)) return union(type.map((each) => typeOf({ ...rest, type: each }, depth)));
  if (type === 'array' || (type === undefined && 'items' in rest)) {
    const item = typeOf(rest.items, depth);
    return /^[\w'.]+$/.test(item) ? `${item}[]` : `Array<${item}>`;
  }
  if (type === 'object' || (type === undefined && 'properties' in rest)) return objectOf(rest, depth);
  return typeof type === 'string' ? (simple[type] ?? 'unknown') : 'unknown';
}

function objectOf(
  { properties, required, additionalProperties }: Record<string, unknown>,
  depth: number,
): string {
  const known = Object.entries((properties ?? {}) as Record<string, unknown>);
  if (known.length === 0) {
    const value =
      additionalProperties === undefined || additionalProperties === true
        ? 'unknown'
        : typeOf(additionalProperties, depth + 1);
    return `Record<string, ${additionalProperties === false ? 'never' : value}>`;
  }
  const needed = new Set(Array.isArray(required) ? required : []);
  const indent = '  '.repeat(depth + 1);
  const lines = known.map(
    ([name, member]) =>
      `${indent}${memberName(name)}${needed.has(name) ? '' : '?'}: ${typeOf(member, depth + 1)};\n`,
  );
  return `{\n${lines.join('')}${'  '.repeat(depth)}}`;
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ') || 'never';
}

function literal(value: unknown): string {
  return value === null || typeof value !== 'object' ? JSON.stringify(value) : 'unknown';
}

function memberName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
