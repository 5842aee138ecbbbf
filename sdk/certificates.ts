import { WebhookError } from './error.ts';

/** How many certificates are kept, for how long, and how large one may be. */
const keptMax = 20;
const keptMs = 6 * 3600 * 1000;
const certificateBytesMax = 64 * 1024;
const waitMs = 10_000;

/** What fetching takes from outside. */
export interface CertificateOptions {
  fetch?: typeof globalThis.fetch;
  now?: () => number;
}

/**
 * Fetches the certificates of providers (PayPal, AWS SNS) for `verify`'s `certificate`, and keeps twenty of them for six hours.
 * Follows no redirects. Throws a `WebhookError` (`bad_certificate`, status 500: the sender tries again) when there is none.
 */
export function certificates({
  fetch = globalThis.fetch,
  now = Date.now,
}: CertificateOptions = {}): (url: string) => Promise<string> {
  const kept = new Map<string, { untilMs: number; pem: string }>();
  return async (url) => {
    const known = kept.get(url);
    if (known !== undefined && known.untilMs > now()) return known.pem;
    const pem = await fetched(url, fetch);
    if (kept.size >= keptMax) kept.delete(kept.keys().next().value!);
    kept.set(url, { untilMs: now() + keptMs, pem });
    return pem;
  };
}

async function fetched(url: string, fetch: typeof globalThis.fetch): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(waitMs) });
    const pem = response.ok ? await response.text() : '';
    if (pem !== '' && pem.length <= certificateBytesMax) return pem;
  } catch {
    // Said below, like an answer that is no certificate.
  }
  throw new WebhookError('bad_certificate', `The certificate at ${url} could not be fetched.`);
}
