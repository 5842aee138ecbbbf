import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { Type } from 'typebox';
import { invalid, SurehookError } from '../core/errors.ts';
import { decodeText } from '../core/json.ts';
import * as limits from '../core/limits/api.ts';
import { keepAliveMs } from '../core/limits/front.ts';
import type { PlainAnswer, PlainRequest } from '../core/plain-request.ts';
import { Addresses } from './addresses.ts';
import { jsonType, securityHeaders } from './answer-headers.ts';
import { aboutOf, actOf } from './audit.ts';
import { Authenticator, actorIn, noAccount, nobody, type Principal } from './auth.ts';
import { mountBins } from './bin-door.ts';
import { type ClientAddress, clientAddressFor } from './client-address.ts';
import { mountDashboard } from './dashboard.ts';
import { mountCatalogue, mountDocs } from './docs.ts';
import { mountDoor } from './door.ts';
import { type FailureOptions, Failures } from './failures.ts';
import type { ApiParts } from './parts.ts';
import { plainPublisher } from './plain.ts';
import { refusalOf } from './refusals.ts';
import { checkBodyHeaders, declaredBytesOf, isEndless, parseBody, readBody } from './request-body.ts';
import { type Answer, type Call, isInAccount, type Route } from './route.ts';
import { routes } from './routes.ts';
import { bodyValidator, queryValidator } from './validate.ts';

/** The server of the API, and the shorter way past it for the requests that are nearly all. */
export interface Api {
  app: FastifyInstance;
  /** Answers a plain request as `app` would; never rejects. */
  answerPlain(request: PlainRequest): Promise<PlainAnswer>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read, on every route of the table. */
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** False: what is sent along is not looked at. */
    takesBody?: boolean;
  }
}

/** Puts routes, authentication and error handling together. Nothing listens yet. */
export function createServer(parts: ApiParts, options: FailureOptions = {}): Api {
  const clientOf = clientAddressFor(parts.trustedProxies);
  const failures = new Failures(parts.clock, options);
  const nextRequestId = requestIds();
  const app = fastify({
    logger: false,
    genReqId: nextRequestId,
    requestIdHeader: false,
    bodyLimit: limits.batchBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    http: {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: limits.slowCheckMs,
      // Makes a header that came twice visible, so that nobody is served by the first and logged by the second.
      joinDuplicateHeaders: true,
    },
    routerOptions: { maxParamLength: limits.pathParamChars },
    clientErrorHandler: (error, socket) =>
      answerBrokenRequest(error, socket, failures, clientOf(socket.remoteAddress, undefined)),
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
  });
  const sendError = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const { status, headers, body } = failures.answer(error, {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions?.url ?? null,
      client: clientOf(request.socket.remoteAddress, request.headers['x-forwarded-for']),
    });
    reply.code(status).headers(headers).send(body);
  };
  app.removeAllContentTypeParsers();
  app.addHook('onRequest', guard);
  app.setErrorHandler(sendError);
  app.decorateRequest('principal', null);
  const auth = new Authenticator(parts);
  const table = routes(parts);
  const dashboard = mountDashboard(app, parts.dashboard, (id) => parts.portals.originsOf(id));
  const docs = mountDocs(app, table, {
    version: parts.version,
    withFront: dashboard.paths.length === 0,
    manual: parts.manual,
  });
  const pages = [...dashboard.paths, ...docs, ...mountCatalogue(app, parts)];
  const addresses = new Addresses([...table, ...pages.map((path) => ({ method: 'GET' as const, path }))]);
  mountDoor(app, parts);
  mountBins(app, parts);
  const world: MountWorld = { auth, addresses, clientOf, people: parts.people };
  const mounted = table.filter((route) => route.bodyIs !== 'bytes');
  for (const maxBytes of new Set(table.map((route) => route.maxBodyBytes))) {
    app.register(async (scope) => {
      acceptBodies(scope, maxBytes);
      for (const route of mounted) if (route.maxBodyBytes === maxBytes) mount(scope, route, world);
    });
  }
  app.setNotFoundHandler((request, reply) => {
    if (dashboard.showLost(request, reply)) return;
    const { error, allow } = addresses.missing(request.method, request.raw.url ?? '');
    if (allow !== null) reply.header('allow', allow);
    sendError(error, request, reply);
  });
  return { app, answerPlain: plainPublisher({ parts, auth, clientOf, failures, nextRequestId, table }) };
}

/** Refuses what looks different to a proxy in front of us, before anything is looked up. */
function guard(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  reply.headers(securityHeaders);
  reply.header('request-id', request.id);
  const { url, headers } = request.raw;
  const problem =
    url === undefined || url.charCodeAt(0) !== 0x2f
      ? 'The request target must begin with "/".'
      : headers.host?.includes(',')
        ? 'The request has more than one Host header.'
        : request.routeOptions.config.takesBody !== false && isEndless(request.raw)
          ? 'Over HTTP/1.0 a body needs a Content-Length; send one, or 0 where there is no body.'
          : null;
  if (problem === null) {
    done();
  } else {
    // What else comes over this connection may not be what its sender thinks it is.
    reply.header('connection', 'close');
    done(new SurehookError('unparseable', problem));
  }
}

/** Random for each process and counted within it: unique without asking for randomness at each request. */
function requestIds(): () => string {
  const prefix = `req_${randomBytes(6).toString('base64url')}`;
  let count = 0;
  return () => `${prefix}${(++count).toString(36)}`;
}

/** One way in for bodies of every declared type; whether the type is allowed is the route's own check. */
function acceptBodies(scope: FastifyInstance, maxBytes: number): void {
  scope.addContentTypeParser('*', (request, payload, done) => {
    const declaredBytes = declaredBytesOf(request.raw);
    readBody(payload, { maxBytes, declaredBytes }, done);
  });
}

/** What every route needs of its surroundings. */
interface MountWorld {
  auth: Authenticator;
  addresses: Addresses;
  clientOf: ClientAddress;
  people: ApiParts['people'];
}

function mount(scope: FastifyInstance, route: Route, world: MountWorld): void {
  const { auth, addresses } = world;
  const checkQuery = queryValidator(route.query ?? Type.Object({}, { additionalProperties: false }));
  const isValidated = route.requestBody !== null && (route.bodyIs ?? 'validated') === 'validated';
  const checkBody = isValidated && route.requestBody !== null ? bodyValidator(route.requestBody) : null;
  const actsForAccount = isInAccount(route.right);
  scope.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { takesBody: route.requestBody !== null },
    onRequest: (request, _reply, done) => {
      const { headers, method = '', url = '' } = request.raw;
      // The router takes nothing for a value.
      if (Object.values(request.params as Call['params']).includes(''))
        throw addresses.missing(method, url).error;
      const found = auth.of({ method, headers }, route);
      if (!(found instanceof Promise)) {
        request.principal = found;
        checkBodyHeaders(headers);
        done();
        return;
      }
      found
        .then((principal) => {
          request.principal = principal;
          checkBodyHeaders(headers);
        })
        .then(() => done(), done);
    },
    handler: async (request, reply) => {
      const principal = request.principal ?? nobody;
      const { headers, url } = request.raw;
      const account = actsForAccount ? auth.account(principal, headers) : noAccount;
      const query = request.query as Record<string, unknown>;
      refuseNul(request.params as Call['params'], query);
      if (route.right !== 'none' && url?.includes('?')) checkQuery(query);
      const { text, value } = bodyOf(request.body as Buffer | undefined, route);
      checkBody?.(value);
      const params = request.params as Call['params'];
      const client = (): string | null =>
        world.clientOf(request.socket.remoteAddress, headers['x-forwarded-for']);
      const call = {
        principal,
        account,
        params,
        query,
        body: value,
        text,
        headers,
        requestId: request.id,
        client,
        // Whoever left while it was looked up who asks is not told of again.
        gone: (act: () => void): void => void (reply.raw.closed ? act() : reply.raw.once('close', act)),
        stillMay: () => auth.stillMay({ method: route.method, headers }, route, account),
      };
      const answer = await route.handle(call);
      if ((principal.session ?? principal.portal) !== null && (route.isAudited ?? route.method !== 'GET')) {
        const accountId = actsForAccount ? account.id : null;
        const target = (url ?? '').split('?', 1)[0]!;
        const about = aboutOf(params, answer);
        const act = actOf(route, value);
        await world.people.record({ ...actorIn(principal), act, target, accountId, ...about });
      }
      return sendAnswer(reply, route, answer);
    },
  });
}

/** Nothing is called by a name with U+0000, which not every store can even be asked for. */
function refuseNul(params: Call['params'], query: Record<string, unknown>): void {
  if (Object.values(params).some(hasNul))
    throw new SurehookError('not_found', 'Nothing has an id with the character U+0000.');
  const [pointer] = Object.entries(query).find(([, value]) => [value].flat().some(hasNul)) ?? [];
  if (pointer !== undefined) throw invalid([{ pointer, detail: 'holds the character U+0000; leave it out' }]);
}

function hasNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\0');
}

function bodyOf(bytes: Buffer | undefined, route: Route): { text: string; value: unknown } {
  if (route.requestBody === null) return { text: '', value: undefined };
  if (bytes === undefined || bytes.length === 0) {
    if (route.bodyOptional) return { text: '', value: {} };
    throw new SurehookError('unparseable', 'The body is empty. Send a JSON object.');
  }
  return route.bodyIs === 'raw' ? { text: decodeText(bytes), value: undefined } : parseBody(bytes);
}

function sendAnswer(reply: FastifyReply, route: Route, answer: Answer): FastifyReply {
  const status = answer.status ?? route.success.status;
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if (status === 204) return reply.code(204).send();
  return reply
    .code(status)
    .header('content-type', answer.contentType ?? jsonType)
    .send(answer.stream ?? answer.text ?? JSON.stringify(answer.body));
}

/** Answers what could not even be read as a request; the connection ends with it. */
function answerBrokenRequest(
  error: Error & { code?: string },
  socket: Socket,
  failures: Failures,
  client: string | null,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const [status, reason, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [
          431,
          'Request Header Fields Too Large',
          `The headers are larger than ${limits.maxHeaderBytes} bytes.`,
        ]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout', 'The request took too long to arrive.']
        : [400, 'Bad Request', 'The request is not valid HTTP.'];
  const requestId = `req_${randomBytes(9).toString('base64url')}`;
  const problem = { type: 'urn:surehook:problem:unparseable', title: reason, status, detail, requestId };
  failures.refused(refusalOf(problem, { method: '', route: null, client }));
  const body = JSON.stringify(problem);
  const headers = {
    ...securityHeaders,
    'request-id': requestId,
    'content-type': 'application/problem+json; charset=utf-8',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
