interface Parameter {
  name: string;
  in: string;
}

/** What the OpenAPI document says of a route, as far as a test has to know it to ask for it. */
export interface Operation {
  method: string;
  path: string;
  query: string[];
  /** Members of the body, and an example; null: it takes none. */
  body: { members: string[]; example: Record<string, unknown> } | null;
}

// biome-ignore lint/suspicious/noExplicitAny: the document is data.
type Json = any;

/** Every route of an OpenAPI document. */
export function operationsOf(document: Json): Operation[] {
  const found: Operation[] = [];
  for (const [path, methods] of Object.entries<Json>(document.paths))
    for (const [method, { parameters = [], requestBody }] of Object.entries<Json>(methods)) {
      const content = requestBody?.content?.['application/json'];
      const query = (parameters as Parameter[]).filter((one) => one.in === 'query').map(({ name }) => name);
      const body = requestBody === undefined ? null : bodyOf(document, content);
      found.push({ method: method.toUpperCase(), path, query, body });
    }
  return found;
}

function bodyOf(document: Json, content: Json): Operation['body'] {
  const { $ref } = content?.schema ?? {};
  const schema = $ref === undefined ? content?.schema : document.components.schemas[$ref.split('/').at(-1)];
  return { members: Object.keys(schema?.properties ?? {}), example: content?.example ?? {} };
}
