import type { AttemptError } from '../core/attempt.ts';

/** Why a host may not be connected to, or has no address. */
export interface Barred {
  error: AttemptError;
  /** In plain words. */
  detail: string;
}

/** Stands between names and connections that no sender opens itself. */
export interface Guard {
  /**
   * The addresses of a host that `core/address.ts` lets a connection go to, at least one; to be connected to now, as they are.
   * One that it refuses refuses the host.
   */
  addressesOf(hostname: string): Promise<readonly string[] | Barred>;
}
