import { Type } from 'typebox';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/process.ts';
import { busyRetryAfterS } from '../../core/limits/store.ts';
import { askedOnceIn } from '../../flow/asked.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

const tag = 'Health';
const ok = Type.Object({ status: Type.Literal('ok') });

/** What load balancers and monitoring ask, without a key. */
export function healthRoutes(parts: ApiParts): Route[] {
  const ready = askedOnceIn(limits.readyKeepMs, parts.clock, () => parts.ready());
  return [
    route({
      method: 'GET',
      path: '/livez',
      tag,
      summary: 'Is the process alive',
      right: 'none',
      success: { status: 200, description: 'It answers.', schema: ok },
      handle: () => ({ body: { status: 'ok' } }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      tag,
      summary: 'Can it take events',
      description:
        'Asks the store, at most once a second; 503 with `Retry-After` while it cannot commit or the process is stopping.',
      right: 'none',
      success: { status: 200, description: 'Everything works.', schema: ok },
      fails: ['unavailable'],
      handle: async () => {
        const wrong = await ready();
        if (wrong === null) return { body: { status: 'ok' } };
        throw new SurehookError('unavailable', wrong, { retryAfterS: busyRetryAfterS });
      },
    }),
    route({
      method: 'GET',
      path: '/metrics',
      tag,
      summary: 'Numbers for Prometheus',
      description:
        'In its text format. No account, address or id appears in it. How many deliveries are open and dead is counted at most every 5 seconds.',
      right: 'none',
      success: { status: 200, description: 'Prometheus text format 0.0.4.' },
      handle: async () => ({
        text: await parts.metrics(),
        contentType: 'text/plain; version=0.0.4; charset=utf-8',
      }),
    }),
  ];
}
