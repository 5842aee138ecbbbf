import * as limits from '../../core/limits/sending.ts';

/** An answer as its text. */
export interface TextAnswer {
  status: number;
  body: string;
}

/** One request that waits for its answer and follows no redirect. Throws an Error in words when nobody answers. */
export async function fetchText(url: string, init: RequestInit): Promise<TextAnswer> {
  try {
    const answer = await fetch(url, { ...init, redirect: 'manual' });
    return { status: answer.status, body: await answer.text() };
  } catch (error) {
    const { cause } = error as Error & { cause?: Error & { code?: string } };
    throw new Error(cause?.code ?? cause?.message ?? (error as Error).message, { cause: error });
  }
}

/** What a client makes itself. */
const ownHeaders =
  /^(?:host|connection|content-length|transfer-encoding|keep-alive|expect|te|trailer|upgrade|proxy-.*)$/i;

/** POSTs bytes to a receiver on this machine, with these headers and no others of ours that matter. */
export async function postLocally(
  url: string,
  request: { headers: readonly [string, string][]; body: Uint8Array },
): Promise<TextAnswer & { durationMs: number }> {
  const beganAtMs = performance.now();
  const headers = new Headers();
  for (const [name, value] of request.headers) if (!ownHeaders.test(name)) headers.append(name, value);
  const { status, body } = await fetchText(url, {
    method: 'POST',
    headers,
    body: Buffer.from(request.body),
    signal: AbortSignal.timeout(limits.localAnswerMs),
  });
  return { status, body: body.slice(0, limits.attemptBodyBytes), durationMs: performance.now() - beganAtMs };
}
