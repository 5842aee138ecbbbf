import { Type } from 'typebox';
import * as limits from '../../core/limits/store.ts';
import type { Source } from '../../core/source.ts';
import { sourceView } from '../../core/source-view.ts';
import * as models from '../models.ts';
import { byNo, pageAnswer, pageInMemory, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { findSource } from './find-source.ts';
import { received, source, sourceChanges, sourceInput } from './source-models.ts';
import { sourceRequestRoutes } from './source-requests.ts';

const tag = 'Sources';
const one = '/v1/sources/{id}';

export function sourceRoutes(parts: ApiParts): Route[] {
  return [...collection(parts), ...single(parts), ...sourceRequestRoutes(parts, tag), ...doors];
}

function viewer({ publicUrl, consumption }: ApiParts): (one: Source) => Record<string, unknown> {
  return (one) => sourceView(one, publicUrl(), consumption(one.id));
}

function collection(parts: ApiParts): Route[] {
  const { administration, directory } = parts;
  const view = viewer(parts);
  return [
    route({
      method: 'POST',
      path: '/v1/sources',
      tag,
      summary: 'Create a source',
      description:
        "A door for one provider's webhooks: give `url` to the provider. What comes through it, is believed and is new becomes an event with `source` and `origin`; endpoints get it that name the source in `sources`. It may be made before the provider has shown its secret: until it has one, requests are refused, kept, and can be judged again.",
      right: 'manage',
      requestBody: sourceInput,
      bodyIs: 'described',
      bodyExample: { name: 'Supplier', scheme: 'standard', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      success: { status: 201, description: 'The source and its address.', schema: source },
      fails: ['conflict'],
      handle: async ({ account, body }) => ({
        body: view(await administration.createSource(account, body)),
      }),
    }),
    route({
      method: 'GET',
      path: '/v1/sources',
      tag,
      summary: 'List sources',
      right: 'read',
      query: pageOnly,
      success: {
        status: 200,
        description: 'A page of sources, newest first.',
        schema: models.listOf(source),
      },
      handle: ({ account, query }) => {
        const options = { list: 'sources', accountNo: account.no, position: byNo };
        return pageAnswer(pageInMemory(directory.sources.ofAccount(account.no), query, options), view);
      },
    }),
  ];
}

function single(parts: ApiParts): Route[] {
  const { administration } = parts;
  const view = viewer(parts);
  return [
    route({
      method: 'GET',
      path: one,
      tag,
      summary: 'One source',
      right: 'read',
      success: { status: 200, description: 'The source.', schema: source },
      handle: (call) => ({ body: view(findSource(parts, call)) }),
    }),
    route({
      method: 'PATCH',
      path: one,
      tag,
      summary: 'Change a source',
      description:
        'What is absent stays; `null` goes back to the default. What GET answered can be changed and sent back: `•••` keeps a secret or field, and members that only the server sets are refused when they are not as they are now, so that a change in between is noticed. To rotate a secret, name both in `secrets` until the provider uses the new one.',
      right: 'manage',
      requestBody: sourceChanges,
      bodyIs: 'described',
      bodyExample: { secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '•••'] },
      success: { status: 200, description: 'The source as it is now.', schema: source },
      handle: async ({ account, params, body }) => ({
        body: view(await administration.updateSource(account, params.id, body)),
      }),
    }),
    route({
      method: 'DELETE',
      path: one,
      tag,
      summary: 'Delete a source',
      description: 'Its address is unknown from now on and its kept requests are gone; its events stay.',
      right: 'manage',
      success: { status: 204, description: 'It is gone.' },
      handle: async ({ account, params }) => {
        const { name } = await administration.deleteSource(account, params.id);
        return { about: name };
      },
    }),
  ];
}

/** Described here, served by `door.ts`: bodies are bytes of any type. */
const doors: Route[] = [
  route({
    method: 'POST',
    path: '/in/{token}',
    tag,
    summary: 'Where providers send',
    description: `The \`url\` of a source. The raw body is verified by the source's scheme; once event and deliveries are on disk it is acknowledged. The same event again is acknowledged with \`duplicate\`, known for ${limits.dedupeKeepMs / 86_400_000} days by the provider's event id, else by the body's SHA-256. What is not believed gets the status that the provider wants (401 unless it wants another) and is kept.`,
    right: 'none',
    pathParams: { token: "The last part of the source's address." },
    success: { status: 200, description: 'It is on disk.', schema: received },
    requestBody: Type.Unsafe<unknown>({ description: 'What the provider sends, of any type.' }),
    bodyIs: 'bytes',
    bodyOptional: true,
    fails: ['unauthenticated', 'too_many_requests', 'unavailable'],
    handle: servedElsewhere,
  }),
  route({
    method: 'GET',
    path: '/in/{token}',
    tag,
    summary: 'Where providers ask whether somebody is there',
    description: 'Answered by the preset, as Meta, eBay and others want it. It is never an event.',
    right: 'none',
    pathParams: { token: "The last part of the source's address." },
    success: { status: 200, description: 'What the provider wants to hear.' },
    bodyIs: 'bytes',
    fails: ['unauthenticated', 'forbidden', 'method_not_allowed', 'too_many_requests'],
    handle: servedElsewhere,
  }),
];

function servedElsewhere(): never {
  throw new Error('The addresses of sources are served by the door.');
}
