import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { schemes } from '../../sdk/schemes.ts';
import { sign } from '../../sdk/sign.ts';
import { nodeCrypto } from '../../src/adapters/system/crypto.ts';
import type { ApiWorld } from './api.ts';

/** What a provider's deliveries are signed with in tests. */
export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** A source that a test made, and its provider. */
export interface Provider {
  id: string;
  /** Path of its address. */
  path: string;
  /** Headers that sign this body now. */
  headers(body: string | Uint8Array, id: string): Record<string, string>;
  /** A signed POST of this body; `id` is the provider's for the event. */
  post(
    body: string | Uint8Array,
    more?: { id?: string; headers?: Record<string, string | string[]> },
  ): Promise<LightMyRequestResponse>;
}

/** A provider that sends as Standard Webhooks has it, unless `body` names another source. */
export async function provider(world: ApiWorld, body: Record<string, unknown> = {}): Promise<Provider> {
  const made = await world.ask('POST', '/v1/sources', {
    name: 'Supplier',
    scheme: 'standard',
    secret,
    ...body,
  });
  if (made.status !== 201) throw new Error(made.text);
  const { pathname } = new URL(made.body.url);
  let sent = 0;
  const headers: Provider['headers'] = (content, id) =>
    sign(
      schemes.standard!,
      {
        id,
        secrets: [secret],
        timestampS: Math.floor(world.clock.nowMs() / 1000),
        body: typeof content === 'string' ? new TextEncoder().encode(content) : content,
      } as never,
      nodeCrypto(),
    );
  return {
    id: made.body.id,
    path: pathname,
    headers,
    async post(content, more = {}) {
      const id = more.id ?? `msg_${++sent}`;
      const options: InjectOptions = {
        method: 'POST',
        url: pathname,
        headers: { 'content-type': 'application/json', ...headers(content, id), ...more.headers },
        payload: typeof content === 'string' ? content : Buffer.from(content),
      };
      const answer = await world.app.inject(options);
      await world.clock.advance(0);
      return answer;
    },
  };
}
