import { attemptsAllowed, type RetryPolicy } from './retry.ts';

/** What the `url` of an endpoint says whose deliveries are fetched. */
export const pullUrl = 'pull:';

/** Whether deliveries wait to be fetched instead of being sent. */
export function isPulled(endpoint: { url: string }): boolean {
  return endpoint.url === pullUrl;
}

/** How often a message is handed out at most: as often as its policy would have sent it. Waits of the policy do not apply. */
export function pullTries(policy: RetryPolicy): number {
  return attemptsAllowed(policy);
}
