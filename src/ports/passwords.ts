/** Passwords as they may be kept: slow to guess. Neither act may block the event loop. */
export interface Passwords {
  /** Throws `too_many_requests` when too many wait already. */
  hash(password: string): Promise<string>;
  /** Whether the hash was made of this password. `null` takes as long and answers false, so that nobody learns whether there was a hash. */
  matches(password: string, hash: string | null): Promise<boolean>;
}
