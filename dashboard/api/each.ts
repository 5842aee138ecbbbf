import { ApiError } from './client.ts';

/** There is no such thing any more, or it is in no state for that: nothing that would be in the way of others. */
const ofOneOnly = [404, 409];

/** Acts on one after the other; `failure` is the first. What is in the way of one only lets the others go on, anything else ends it. */
export async function actOnEach(
  ids: readonly string[],
  act: (id: string) => Promise<unknown>,
): Promise<{ done: string[]; failure: Error | null }> {
  const done: string[] = [];
  let failure: Error | null = null;
  for (const id of ids) {
    try {
      await act(id);
      done.push(id);
    } catch (error) {
      failure ??= error as Error;
      if (!(error instanceof ApiError && ofOneOnly.includes(error.status))) break;
    }
  }
  return { done, failure };
}
