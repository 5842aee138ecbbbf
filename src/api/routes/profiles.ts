import { Type } from 'typebox';
import { notFound } from '../../core/errors.ts';
import { describeProfile } from '../../core/profiles/describe.ts';
import { profileNamed, profiles } from '../../core/profiles/table.ts';
import { nullable } from '../nullable.ts';
import { type Route, route } from '../route.ts';

const tag = 'Profiles';

const profile = Type.Object({
  name: Type.String(),
  description: Type.String(),
  wire: Type.Unsafe({
    type: 'object',
    description: 'Body, signature and headers. Endpoints may override parts of it with `wire`.',
  }),
  success: Type.String({ description: 'Which answers of a receiver count as success.' }),
  retry: Type.Unsafe({ type: 'object', description: 'Waits after each failed attempt.' }),
  timeout: Type.String(),
  failure: nullable('object', 'When an endpoint that keeps failing is paused or disabled.'),
  secret: Type.String({ description: 'How a new secret is made.' }),
  httpsOnly: Type.Boolean(),
});

export function profileRoutes(): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/profiles',
      tag,
      summary: 'List wire formats',
      description:
        'A profile is a named wire format and policy that an endpoint is told by. All of them, on one page.',
      right: 'read',
      success: {
        status: 200,
        description: 'Every profile in full.',
        schema: Type.Object({ data: Type.Array(profile), nextCursor: Type.Null() }),
      },
      handle: () => ({ body: { data: profiles.map(describeProfile), nextCursor: null } }),
    }),
    route({
      method: 'GET',
      path: '/v1/profiles/{name}',
      tag,
      summary: 'One wire format',
      right: 'read',
      success: { status: 200, description: 'The profile in full.', schema: profile },
      handle: ({ params }) => {
        const found = profileNamed(params.name);
        if (found === undefined) throw notFound('profile', params.name);
        return { body: describeProfile(found) };
      },
    }),
  ];
}
