import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Static, TSchema } from 'typebox';
import type { Account, Scope } from '../core/account.ts';
import type { ErrorCode } from '../core/errors.ts';
import * as limits from '../core/limits/api.ts';
import type { Principal } from './auth.ts';

/** What a caller must hold: a scope of its key, an admin key, a session (or an admin key), or nothing. */
export type Right = Scope | 'admin' | 'signed-in' | 'none';

/** Whether a request acts for an account: the rights that are scopes are rights in one. */
export function isInAccount(right: Right): right is Scope {
  return right !== 'none' && right !== 'admin' && right !== 'signed-in';
}

/** Values from the path; each route has those that its path names. */
export interface PathParams {
  id: string;
  name: string;
  token: string;
}

/** One request that has passed authentication and validation. */
export interface Call<Query = unknown, Body = unknown> {
  principal: Principal;
  /** Whom the request acts for; nobody's on routes for admins and on routes without a key. */
  account: Account;
  params: PathParams;
  query: Query;
  body: Body;
  /** The body's text as it was sent; empty without one. */
  text: string;
  headers: IncomingHttpHeaders;
  requestId: string;
  /** What is to happen when the caller's connection ends before it is answered. */
  gone(act: () => void): void;
  /** For answers that take long: whether whoever asked still may. */
  stillMay(): Promise<boolean>;
  /** Whose address it came from, as far as proxies can be believed; null when nobody knows. */
  client(): string | null;
}

/** `body` is rendered as JSON; `text` goes out as it is. Status and type are the route's own and JSON unless given. */
export interface Answer {
  status?: number;
  body?: unknown;
  text?: string;
  /** What goes out as it comes, instead of a body. */
  stream?: Readable;
  contentType?: string;
  headers?: Record<string, string>;
  /** What the thing it was about is called, for the audit log, where the body does not say it. */
  about?: string;
}

interface Described {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In the spelling of the OpenAPI document: `/v1/endpoints/{id}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  right: Right;
  /** What a path parameter means, where `id` or `name` does not say it. */
  pathParams?: Partial<Record<keyof PathParams, string>>;
  requestHeaders?: Record<string, string>;
  success: { status: number; description: string; schema?: TSchema; headers?: Record<string, string> };
  /** Further answers below 400. */
  alsoAnswers?: Record<number, string>;
  /** Problems beside those that follow from right and input. */
  fails?: ErrorCode[];
  bodyExample?: unknown;
  maxBodyBytes?: number;
  /** Whether the audit log tells it, where that is not as usual: reads are not told, all else is. */
  isAudited?: boolean;
  /**
   * Who judges the body. `validated` (unless given): the schema, before the handler. `described`: the flow, from the parsed
   * value. `raw`: the flow, from the text. `bytes`: nobody; the route is served by `door.ts`. In all but the first the schema only describes.
   */
  bodyIs?: 'validated' | 'described' | 'raw' | 'bytes';
}

/** A route with everything that is true about it in one place: served, validated, authorised and documented from here. */
export interface Route extends Described {
  maxBodyBytes: number;
  query: TSchema | null;
  requestBody: TSchema | null;
  /** True when an absent body counts as `{}`. */
  bodyOptional: boolean;
  handle(call: Call): Promise<Answer> | Answer;
}

interface RouteSpec<Q extends TSchema, B extends TSchema> extends Described {
  query?: Q;
  requestBody?: B;
  bodyOptional?: boolean;
  handle(call: Call<Static<Q>, Static<B>>): Promise<Answer> | Answer;
}

/** Keeps the types of query and body for the handler; what calls it has validated them by the same schemas. */
export function route<Q extends TSchema, B extends TSchema>(spec: RouteSpec<Q, B>): Route {
  return {
    ...spec,
    maxBodyBytes: spec.maxBodyBytes ?? limits.managementBytes,
    query: spec.query ?? null,
    requestBody: spec.requestBody ?? null,
    bodyOptional: spec.bodyOptional ?? false,
    handle: spec.handle as Route['handle'],
  };
}
