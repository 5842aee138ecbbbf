import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { toFastify } from '../../sdk/adapters/fastify.ts';
import { toFetch } from '../../sdk/adapters/fetch.ts';
import { toHono } from '../../sdk/adapters/hono.ts';
import { toKoa } from '../../sdk/adapters/koa.ts';
import { type LambdaEvent, toLambda } from '../../sdk/adapters/lambda.ts';
import { toNode } from '../../sdk/adapters/node.ts';
import { createReceiver, type Receiver } from '../../sdk/receiver.ts';
import { type SignedRequest, signedRequest, staleRequest, tamperedRequest } from '../../sdk/testing.ts';

const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
/** What does not survive being parsed and written anew. */
const delicate =
  '{ "type":"order.paid",  "data":{"total":12.50,"id":12345678901234567890,"name":"Jos\\u00e9 \u{1F4E6}"} }';

interface Answered {
  status: number;
  text: string;
}

/** A way to bring a request to a receiver, and to get the answer. */
type Send = (request: SignedRequest) => Promise<Answered>;

interface Mounted {
  send: Send;
  close?(): unknown;
}

interface Framework {
  mount(receiver: Receiver): Promise<Mounted>;
  /** The same with a JSON parser before it. */
  mountParsed?(receiver: Receiver): Promise<Mounted>;
  /** What the error has to name then. */
  names?: RegExp;
  answer?: 'last';
}

async function listening(listener: RequestListener): Promise<Mounted> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  return {
    send: async (request) => {
      const response = await fetch(url, request);
      return { status: response.status, text: await response.text() };
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function fetched(handler: (request: Request) => Response | Promise<Response>): Mounted {
  return {
    send: async (request) => {
      const response = await handler(new Request('https://shop.example/hooks', request));
      return { status: response.status, text: await response.text() };
    },
  };
}

async function koa(receiver: Receiver, isParsed: boolean): Promise<Mounted> {
  const app = new Koa();
  // What koa-body and its like do.
  if (isParsed)
    app.use(async (context, next) => {
      const chunks: Buffer[] = [];
      for await (const chunk of context.req) chunks.push(chunk as Buffer);
      Object.assign(context.request, { body: JSON.parse(String(Buffer.concat(chunks))) });
      await next();
    });
  app.use(toKoa(receiver));
  return listening(app.callback());
}

function lambdaEvent({ headers, body }: SignedRequest, version: 1 | 2): LambdaEvent {
  const text = Buffer.from(body).toString('base64');
  const common = { body: text, isBase64Encoded: true };
  if (version === 2)
    return {
      ...common,
      headers,
      rawPath: '/hooks',
      rawQueryString: '',
      requestContext: { http: { method: 'POST' } },
    };
  const multi = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return { ...common, headers, multiValueHeaders: multi, path: '/hooks', httpMethod: 'POST' };
}

function lambda(receiver: Receiver, version: 1 | 2): Mounted {
  const handler = toLambda(receiver);
  return {
    send: async (request) => {
      const { statusCode, body } = await handler(lambdaEvent(request, version));
      return { status: statusCode, text: body };
    },
  };
}

const frameworks: Record<string, Framework> = {
  'node:http': { mount: (receiver) => listening(toNode(receiver)) },
  Express: {
    mount: (receiver) => listening(express().post('/hooks', toNode(receiver)).use(express.json())),
    mountParsed: (receiver) => listening(express().use(express.json()).post('/hooks', toNode(receiver))),
    names: /express\.json\(\).*express\.raw/,
  },
  'Express with express.raw on the route': {
    mount: (receiver) =>
      listening(express().post('/hooks', express.raw({ type: '*/*', limit: '10mb' }), toNode(receiver))),
  },
  'Express with express.json that keeps the raw body': {
    mount: (receiver) => {
      const verify = (request: object, _response: unknown, rawBody: Buffer) =>
        void Object.assign(request, { rawBody });
      return listening(
        express()
          .use(express.json({ verify, limit: '10mb' }))
          .post('/hooks', toNode(receiver)),
      );
    },
  },
  Fastify: {
    mount: async (receiver) => {
      const app = Fastify();
      app.register(toFastify(receiver), { prefix: '/hooks' });
      // The rest of the application keeps its parser.
      app.post('/json', async ({ body }) => ({ isObject: typeof body === 'object' }));
      const url = await app.listen({ port: 0, host: '127.0.0.1' });
      const headers = { 'content-type': 'application/json' };
      const other = await fetch(`${url}/json`, { method: 'POST', headers, body: '{}' });
      assert.deepEqual(await other.json(), { isObject: true });
      const send: Send = async (request) => {
        const response = await fetch(`${url}/hooks`, request);
        return { status: response.status, text: await response.text() };
      };
      return { send, close: () => app.close() };
    },
  },
  Hono: {
    mount: async (receiver) => {
      const app = new Hono().post('/hooks', toHono(receiver));
      return fetched((request) => app.fetch(request));
    },
    mountParsed: async (receiver) => {
      const app = new Hono();
      app.use(async (context, next) => {
        await context.req.raw.json();
        await next();
      });
      app.post('/hooks', toHono(receiver));
      return fetched((request) => app.fetch(request));
    },
    names: /c\.req\.raw/,
  },
  'Hono after a middleware that read the JSON': {
    mount: async (receiver) => {
      const app = new Hono();
      app.use(async (context, next) => {
        await context.req.json();
        await next();
      });
      app.post('/hooks', toHono(receiver));
      return fetched((request) => app.fetch(request));
    },
  },
  Koa: {
    mount: (receiver) => koa(receiver, false),
    mountParsed: (receiver) => koa(receiver, true),
    names: /bodyParser\(\)/,
  },
  'Next.js, app router': { mount: async (receiver) => fetched(toFetch(receiver)) },
  'Next.js, pages': {
    mount: (receiver) => listening(toNode(receiver)),
    // What its body parser leaves.
    mountParsed: (receiver) =>
      listening(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        await toNode(receiver)(
          Object.assign(request, { body: JSON.parse(String(Buffer.concat(chunks))) }),
          response,
        );
      }),
    names: /bodyParser: false/,
  },
  'Lambda behind a REST API': { mount: async (receiver) => lambda(receiver, 1), answer: 'last' },
  'Lambda behind an HTTP API or a function URL': {
    mount: async (receiver) => lambda(receiver, 2),
    mountParsed: async (receiver) => {
      const handler = toLambda(receiver);
      return {
        send: async (request) => {
          const event = { ...lambdaEvent(request, 2), body: JSON.parse(String(Buffer.from(request.body))) };
          const { statusCode, body } = await handler(event);
          return { status: statusCode, text: body };
        },
      };
    },
    names: /middy/,
    answer: 'last',
  },
};

describe('the adapters of the SDK get the raw body right', () => {
  const open: Mounted[] = [];
  after(async () => {
    for (const { close } of open) await close?.();
  });

  for (const [name, { mount, mountParsed, names, answer = 'first' }] of Object.entries(frameworks)) {
    test(name, async () => {
      const handled: string[] = [];
      const errors: unknown[] = [];
      const receiver = createReceiver({
        secret,
        answer,
        maxBytes: 6_000_000,
        on: { '*': ({ id }) => handled.push(id) },
        onError: (error) => errors.push(error),
      });
      const mounted = await mount(receiver);
      open.push(mounted);
      const { send } = mounted;
      const post = async (
        make: typeof signedRequest,
        id: string,
        body: string | Uint8Array = delicate,
        headers = {},
      ) => (await send(await make({ secret, id, body, headers }))).status;
      assert.equal(await post(signedRequest, 'delicate'), 200, String(errors[0]));
      assert.equal(await post(signedRequest, 'delicate'), 200);
      assert.equal(
        await post(signedRequest, 'plain', '{}', { 'content-type': 'application/json; charset=utf-8' }),
        200,
      );
      assert.equal(await post(signedRequest, 'long', JSON.stringify({ data: 'x'.repeat(300_000) })), 200);
      assert.equal(await post(tamperedRequest, 'tampered'), 401);
      assert.equal(await post(staleRequest, 'stale'), 401);
      await receiver.idle();
      assert.deepEqual(handled.sort(), ['delicate', 'long', 'plain']);

      if (mountParsed === undefined) return;
      const parsed = await mountParsed(receiver);
      open.push(parsed);
      errors.length = 0;
      assert.equal((await parsed.send(await signedRequest({ secret, body: delicate, id: 'p' }))).status, 500);
      assert.match(String(errors[0]), names!);
    });
  }

  test('bytes that are no text arrive as they are where a framework gives bytes', async () => {
    const body = new Uint8Array([0xef, 0xbb, 0xbf, 0xff, 0xfe, 0x00, 0x7b]);
    for (const name of [
      'node:http',
      'Express',
      'Fastify',
      'Hono',
      'Koa',
      'Next.js, app router',
      'Lambda behind a REST API',
    ]) {
      const { mount, answer = 'first' } = frameworks[name]!;
      const mounted = await mount(createReceiver({ secret, answer, on: { '*': () => undefined } }));
      open.push(mounted);
      const headers = { 'content-type': 'application/octet-stream' };
      assert.equal((await mounted.send(await signedRequest({ secret, body, headers }))).status, 200, name);
    }
  });

  test('a body that is too long is answered with 413 by every framework', async () => {
    for (const name of ['node:http', 'Express', 'Hono', 'Koa', 'Next.js, app router']) {
      const mounted = await frameworks[name]!.mount(
        createReceiver({ secret, maxBytes: 10, onError: () => undefined }),
      );
      open.push(mounted);
      assert.equal((await mounted.send(await signedRequest({ secret, body: delicate }))).status, 413, name);
    }
  });

  test('on Lambda a receiver whose work would begin after the answer is refused at once', () => {
    assert.throws(() => toLambda(createReceiver({ secret })), /enqueue.*answer: 'last'/);
  });

  test('a runtime that stops at the answer is told what to wait for', async () => {
    const handled: string[] = [];
    const receiver = createReceiver({ secret, on: { '*': ({ id }) => handled.push(id) } });
    const waits: Promise<void>[] = [];
    const handler = toFetch(receiver, { waitUntil: (work) => waits.push(work) });
    await handler(
      new Request('https://shop.example/', await signedRequest({ secret, body: delicate, id: 'w' })),
    );
    await Promise.all(waits);
    assert.deepEqual(handled, ['w']);
  });
});
