import { asRecord } from '../../core/body.ts';
import { endpointView } from '../../core/endpoint-view.ts';
import { parseExact } from '../../core/exact-json.ts';
import { shownUrl } from '../../core/queue.ts';
import { actorOf } from '../auth.ts';
import * as models from '../models.ts';
import { byNo, pageAnswer, pageInMemory, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Call, type Route, route } from '../route.ts';
import { endpointActs } from './endpoint-acts.ts';
import { endpoint, endpointChanges, endpointInput, endpointWithSecret } from './endpoint-models.ts';
import { findEndpoint } from './find-endpoint.ts';
import { pullRoutes } from './pull.ts';

/** Where the routes are mounted and what a new endpoint is told by when it does not say. */
export interface EndpointMount {
  path: string;
  defaultProfile: string;
  tag: string;
}

export function endpointRoutes(parts: ApiParts, mount: EndpointMount): Route[] {
  const one = `${mount.path}/{id}`;
  return [
    ...collection(parts, mount),
    ...single(parts, mount),
    ...endpointActs(parts, one, mount.tag),
    ...pullRoutes(parts, one, mount.tag),
  ];
}

function collection(parts: ApiParts, { path, defaultProfile, tag }: EndpointMount): Route[] {
  return [
    route({
      method: 'POST',
      path,
      tag,
      summary: 'Create an endpoint',
      description:
        'Once the 201 is out, every event that is published matches against it. The same endpoints are served under `/v1/endpoints` and `/v1/webhooks`; only here `profile` differs when it is not given: `standard` for the one, `petstore` for the other. ' +
        "Past the account's `maxEndpoints` (10 by default) the answer is 409.",
      right: 'manage',
      requestBody: endpointInput,
      bodyIs: 'described',
      bodyExample: { url: 'https://shop.example/hooks', events: ['order.*', 'payment.succeeded'] },
      success: { status: 201, description: 'The endpoint with its secret.', schema: endpointWithSecret },
      fails: ['conflict'],
      handle: async (call) => {
        const made = await parts.administration.createEndpoint(call.account, bodyOf(call), {
          actor: actorOf(call.principal),
          defaultProfile,
        });
        return { body: endpointView(made, { secret: true, headersGiven: call.body.headers }) };
      },
    }),
    route({
      method: 'GET',
      path,
      tag,
      summary: 'List endpoints',
      right: 'read',
      query: pageOnly,
      success: {
        status: 200,
        description: 'A page of endpoints, newest first.',
        schema: models.listOf(endpoint),
      },
      handle: ({ account, query }) => {
        const options = { list: 'endpoints', accountNo: account.no, position: byNo };
        return pageAnswer(pageInMemory(parts.directory.endpoints(account.no), query, options), (one) =>
          endpointView(one),
        );
      },
    }),
  ];
}

/** The body with numbers as they were written where they are kept so. */
function bodyOf({ body, text }: Pick<Call, 'body' | 'text'>): unknown {
  const members = asRecord(body);
  if (members === null) return body;
  const exact = parseExact(text) as typeof members;
  const kept = ['filter', 'metadata'].filter((name) => Object.hasOwn(members, name));
  return { ...members, ...Object.fromEntries(kept.map((name) => [name, exact[name]])) };
}

function single(parts: ApiParts, { path, tag }: EndpointMount): Route[] {
  const one = `${path}/{id}`;
  return [
    route({
      method: 'GET',
      path: one,
      tag,
      summary: 'One endpoint',
      right: 'read',
      success: { status: 200, description: 'The endpoint, without its secret.', schema: endpoint },
      handle: (call) => ({ body: endpointView(findEndpoint(parts, call.account, call.params.id)) }),
    }),
    route({
      method: 'PATCH',
      path: one,
      tag,
      summary: 'Change an endpoint',
      description:
        'What is absent stays; `null` goes back to the default; `headers` are replaced as a whole, and a masked value (`•••`) keeps the stored one. What GET answered can be changed and sent back: members that only the server sets (`id`, `createdAt`, `updatedAt`, `statusReason`) are refused when they are not as they are now, so that a change in between is noticed. A changed origin of `url` drops the custom headers unless their values are sent again. Setting `status` to `active` does what resume does.',
      right: 'manage',
      requestBody: endpointChanges,
      bodyIs: 'described',
      bodyExample: { events: ['order.*'] },
      success: { status: 200, description: 'The endpoint as it is now.', schema: endpoint },
      handle: async (call) => {
        const { account, params, body, principal } = call;
        const changed = await parts.administration.updateEndpoint(
          account,
          params.id,
          bodyOf(call),
          actorOf(principal),
        );
        return { body: endpointView(changed, { headersGiven: body.headers }) };
      },
    }),
    route({
      method: 'DELETE',
      path: one,
      tag,
      summary: 'Delete an endpoint',
      description: 'What is open at it is cancelled; its history stays until it is too old.',
      right: 'manage',
      success: { status: 204, description: 'It is gone.' },
      handle: async (call) => {
        const endpoint = findEndpoint(parts, call.account, call.params.id);
        await parts.administration.deleteEndpoint(call.account, endpoint.id);
        return { about: shownUrl(endpoint) };
      },
    }),
  ];
}
