import type { Scheme } from '../scheme.ts';

/** A secret that travels as it is: it says who sends and nothing about the body. */
function token(header: string, more: Pick<Scheme, 'id' | 'type'>): Scheme {
  return {
    place: { header },
    message: [],
    algorithm: 'token',
    keyEncoding: 'utf8',
    encoding: 'hex',
    ...more,
  };
}

/** Xendit. */
export const xendit: Scheme = /* @__PURE__ */ token('x-callback-token', {
  id: { header: 'webhook-id' },
  type: { body: '/event' },
});

/** GitLab's secret token. */
export const gitlabToken: Scheme = /* @__PURE__ */ token('x-gitlab-token', {
  id: { header: 'idempotency-key' },
  type: { header: 'x-gitlab-event' },
});
