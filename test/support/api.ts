import { createHash } from 'node:crypto';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { compileSchema } from '../../src/adapters/schema/compile.ts';
import { nodeCrypto } from '../../src/adapters/system/crypto.ts';
import { systemRandom } from '../../src/adapters/system/random.ts';
import type { ApiParts } from '../../src/api/parts.ts';
import type { Refusal } from '../../src/api/refusals.ts';
import { routes } from '../../src/api/routes.ts';
import { type Api, createServer } from '../../src/api/server.ts';
import type { Outcome, Request } from '../../src/core/attempt.ts';
import { type Engine, startEngine } from '../../src/flow/engine.ts';
import { Tracker } from '../../src/flow/track.ts';
import type { Passwords } from '../../src/ports/passwords.ts';
import type { Sender } from '../../src/ports/sender.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import { flowPartsOf } from '../../src/start-api.ts';
import { documentCheck } from './api-document.ts';
import { ManualClock } from './clock.ts';
import { openTestStore } from './store.ts';

export const adminKey = 'shk_admin_of_the_environment';

/** A parsed answer. */
export interface Reply {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  body: any;
}

const silent: Telemetry = {
  accepted() {},
  received() {},
  attempted() {},
  endpointChanged() {},
  lost() {},
  warn() {},
};

export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/** The whole server in one process on a real store: real routes, flow and store; the network and the clock are the test's. */
export class ApiWorld {
  readonly app: FastifyInstance;
  readonly answerPlain: Api['answerPlain'];
  readonly store: Store;
  readonly engine: Engine;
  readonly parts: ApiParts;
  readonly clock: ManualClock;
  readonly sent: Request[];
  /** Not started: a test starts it that wants orders to be asked about. */
  readonly tracker: Tracker;
  readonly faults: unknown[] = [];
  /** What was told of refused requests. */
  readonly refusals: (Refusal & { leftOut: number })[] = [];
  /** Throws when an answer is not as the document says. */
  readonly #check: (method: string, url: string, reply: Reply) => void;
  /** What every receiver answers. */
  answer: Partial<Outcome> = {};

  private constructor(parts: {
    store: Store;
    engine: Engine;
    parts: ApiParts;
    clock: ManualClock;
    sent: Request[];
    tracker: Tracker;
  }) {
    this.tracker = parts.tracker;
    this.store = parts.store;
    this.engine = parts.engine;
    this.parts = parts.parts;
    this.clock = parts.clock;
    this.sent = parts.sent;
    this.#check = documentCheck(routes(this.parts));
    const { app, answerPlain } = createServer(this.parts, {
      onFault: (error) => this.faults.push(error),
      onRefused: (refusal, leftOut) => this.refusals.push({ ...refusal, leftOut }),
    });
    this.app = app;
    this.answerPlain = answerPlain;
  }

  static async open(changes: Partial<ApiParts> = {}): Promise<ApiWorld> {
    const clock = new ManualClock();
    const random = systemRandom();
    const store = await openTestStore(clock);
    const sent: Request[] = [];
    const sender: Sender = {
      async send(request) {
        sent.push(request);
        const httpStatus = world.answer.httpStatus ?? 200;
        const error = httpStatus < 300 ? null : 'http_status';
        const quiet = {
          detail: '',
          durationMs: 3,
          timings: null,
          responseHeaders: [],
          responseBody: 'ok',
          responseTruncated: false,
          retryAfter: null,
        };
        return { httpStatus, error, ...quiet, ...world.answer };
      },
      async close() {},
    };
    const engine = await startEngine({
      store,
      sender,
      clock,
      random,
      telemetry: silent,
      crypto: nodeCrypto(),
      sha256,
      compileSchema,
      nodeName: 'test',
      version: '0.0.0',
      maxDataBytes: 256 * 1024,
      retentionMs: 30 * 86_400_000,
      fatal: (error) => {
        throw error;
      },
    });
    const tracker = new Tracker({
      clock,
      random,
      telemetry: silent,
      store: engine.store,
      sender,
      version: '0.0.0',
      sha256,
      takeIn: (event, more) => engine.accepter.takeIn(event, more),
      sources: () => engine.directory.sources.all(),
      source: (id) => engine.directory.sources.named(id),
      signalled() {},
    });
    const parts = { ...apiPartsOf(engine, clock, tracker), ...changes };
    const world = new ApiWorld({ store, engine, parts, clock, sent, tracker });
    await world.app.ready();
    return world;
  }

  /** One request with the admin key unless another, or an empty one, is given; `body` may be text. */
  async ask(
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const options: InjectOptions = {
      method: method as 'GET',
      url,
      headers: { authorization: `Bearer ${adminKey}`, ...headers },
    };
    if (headers.authorization === '') delete options.headers!.authorization;
    if (body !== undefined) {
      options.headers = { 'content-type': 'application/json', ...options.headers };
      options.payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    }
    const answer = await this.app.inject(options);
    // What goes on after the answer has ended, as it has long when a person asks for something else.
    await this.clock.settle();
    const isJson = String(answer.headers['content-type']).includes('json');
    const reply = {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.payload,
      body: isJson && answer.payload !== '' ? JSON.parse(answer.payload) : null,
    };
    this.#check(method, url, reply);
    return reply;
  }

  /** An account with a key of it, as the API makes them. */
  async account(id: string, scopes?: string[]): Promise<{ id: string; headers: Record<string, string> }> {
    await this.ask('POST', '/v1/accounts', { id, name: id });
    const made = await this.ask('POST', '/v1/keys', { account: id, name: id, ...(scopes ? { scopes } : {}) });
    return { id, headers: { authorization: `Bearer ${made.body.key}` } };
  }

  async endpoint(body: object = {}, headers: Record<string, string> = {}): Promise<Reply['body']> {
    const made = await this.ask(
      'POST',
      '/v1/endpoints',
      { url: 'https://receiver.example/hooks', events: ['*'], ...body },
      headers,
    );
    return made.body;
  }

  /** Publishes and lets what follows happen. */
  async publish(body: object, headers: Record<string, string> = {}): Promise<Reply> {
    const answer = await this.ask('POST', '/v1/events', body, headers);
    await this.clock.advance(0);
    return answer;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.engine.stop();
    await this.store.close();
  }
}

/** Real passwords have a test of their own; here their slowness would be all that they add. */
const quickPasswords: Passwords = {
  hash: async (password) => `hash of ${password}`,
  matches: async (password, hash) => hash === `hash of ${password}`,
};

function apiPartsOf(engine: Engine, clock: ManualClock, tracker: Tracker): ApiParts {
  return {
    ...flowPartsOf({
      engine,
      store: engine.store,
      tracker,
      clock,
      random: systemRandom(),
      policy: { dev: false, allowNetworks: [] },
      passwords: quickPasswords,
      fixedAdminKeyHash: sha256(adminKey),
      endpointChanged: (endpointNo) => engine.dispatcher.nudge(endpointNo),
    }),
    isSecure: () => false,
    consumption: () => null,
    publicUrl: () => 'https://surehook.example',
    metrics: async () => 'surehook_up 1\n',
    ready: async () => null,
    version: '0.0.0',
    maxPayloadBytes: 256 * 1024,
    retentionMs: 30 * 86_400_000,
    trustedProxies: [],
    dashboard: new Map(),
    manual: new Map(),
    publicCatalogue: null,
  };
}
