import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/accounts.ts';
import { busyRetryAfterS } from '../../core/limits/store.ts';
import type { ApiParts } from '../parts.ts';

/** Test attempts go out at once, past every lane, so that an account may have only so many under way. */
export function testsAtOnce(test: ApiParts['test']): ApiParts['test'] {
  const underWay = new Map<number, number>();
  return async (endpoint, event) => {
    const { accountNo } = endpoint;
    const count = underWay.get(accountNo) ?? 0;
    if (count >= limits.testsPerAccount) {
      throw new SurehookError(
        'too_many_requests',
        `${limits.testsPerAccount} tests of this account are under way. Wait for one to end.`,
        { retryAfterS: busyRetryAfterS },
      );
    }
    underWay.set(accountNo, count + 1);
    try {
      return await test(endpoint, event);
    } finally {
      const left = underWay.get(accountNo)! - 1;
      if (left === 0) underWay.delete(accountNo);
      else underWay.set(accountNo, left);
    }
  };
}
