import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Script } from 'node:vm';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { routes } from '../../src/api/routes.ts';
import { catalogue } from '../../src/core/catalogue.ts';
import { ApiWorld } from '../support/api.ts';

type Json = Record<string, unknown>;

describe('the documentation', () => {
  let world: ApiWorld;
  let document: Json & {
    paths: Record<string, Record<string, Json>>;
    webhooks: Record<string, Json>;
    components: Record<string, Json>;
  };
  before(async () => {
    world = await ApiWorld.open();
    const answer = await world.app.inject({ url: '/openapi.json' });
    assert.equal(answer.statusCode, 200);
    document = answer.json();
  });
  after(() => world.close());

  const every = (value: unknown, visit: (node: Json) => void): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) visit(value as Json);
    for (const member of Object.values(value)) every(member, visit);
  };

  test('every route of the table is in the document, described, with its problems', () => {
    assert.match(String(document.openapi), /^3\.1/);
    const ids = new Set<unknown>();
    for (const route of routes(world.parts)) {
      const operation = document.paths[route.path]?.[route.method.toLowerCase()];
      assert.ok(operation, `${route.method} ${route.path}`);
      ids.add(operation.operationId);
      assert.ok(operation.summary && operation.description && (operation.tags as unknown[]).length === 1);
      const answers = operation.responses as Json;
      assert.ok(answers[String(route.success.status)]);
      if (route.right !== 'none')
        for (const status of ['401', '403', '503']) assert.ok(answers[status], `${route.path} ${status}`);
    }
    assert.equal(ids.size, routes(world.parts).length);
  });

  test('every reference in it leads somewhere', () => {
    let count = 0;
    every(document, (node) => {
      if (typeof node.$ref !== 'string') return;
      count++;
      const target = node.$ref
        .slice(2)
        .split('/')
        .reduce<unknown>((at, step) => (at as Json)?.[step], document);
      assert.ok(target, node.$ref);
    });
    assert.ok(count > 50);
  });

  test('every schema in it is a valid JSON Schema', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'https://document.invalid/', ...document });
    for (const name of Object.keys(document.components.schemas as Json)) {
      ajv.compile({ $ref: `https://document.invalid/#/components/schemas/${name}` });
    }
    every(document.paths, (node) => {
      if ('schema' in node) assert.ok(ajv.validateSchema(node.schema as Json), JSON.stringify(node.schema));
    });
  });

  test('every example of a body fits its schema', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const route of routes(world.parts)) {
      if (route.bodyExample === undefined || route.requestBody === null) continue;
      const check = ajv.compile(route.requestBody);
      assert.ok(check(route.bodyExample), `${route.path}: ${ajv.errorsText(check.errors)}`);
    }
  });

  test('what we send is described for every type of the catalogue, with its examples', () => {
    for (const entry of catalogue) {
      const sent = document.webhooks[entry.name]?.post as {
        requestBody: { content: Record<string, { examples: Json }> };
      };
      assert.equal(
        Object.keys(sent.requestBody.content['application/json']!.examples).length,
        entry.examples.length,
        entry.name,
      );
    }
    assert.ok(document.webhooks.event);
  });

  test('nothing internal stands in it', () => {
    assert.doesNotMatch(JSON.stringify(document), /x-must|undefined|accountNo/);
  });

  test('the pages answer 200 without a key and load nothing from elsewhere', async () => {
    const pages = {
      '/': 'text/html',
      '/docs': 'text/html',
      '/docs/app.js': 'text/javascript',
      '/docs/app.css': 'text/css',
    };
    for (const [url, type] of Object.entries(pages)) {
      const answer = await world.app.inject({ url });
      assert.equal(answer.statusCode, 200, url);
      assert.ok(String(answer.headers['content-type']).startsWith(type), url);
      const text = String(answer.payload);
      assert.doesNotMatch(text, /https?:\/\//, url);
      assert.doesNotMatch(
        text,
        /innerHTML|document\.write|\beval\(|localStorage|sessionStorage|\bon\w+="/,
        url,
      );
      assert.doesNotMatch(String(answer.headers['content-security-policy']), /unsafe|\*/);
    }
  });

  test('the page’s script is one that an engine can read', async () => {
    const answer = await world.app.inject({ url: '/docs/app.js' });
    assert.doesNotThrow(() => new Script(answer.payload));
  });
});
