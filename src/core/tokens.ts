/** A bucket that fills with time. */
export interface Tokens {
  left: number;
  atMs: number;
}

/** What a caller may know of its limit. */
export interface Taken {
  /** False: there was none left, and nothing was taken. */
  taken: boolean;
  /** Whole ones that are left now. */
  remaining: number;
  /** Seconds, rounded up, until the next one is there; 0 while there are some. */
  waitS: number;
}

/** A full bucket: as much as one second brings. */
export function fullTokens(perSecond: number, nowMs: number): Tokens {
  return { left: perSecond, atMs: nowMs };
}

/** Takes one if there is one. A clock that goes back brings nothing and takes nothing. */
export function takeToken(tokens: Tokens, perSecond: number, nowMs: number): Taken {
  const passedMs = Math.max(0, nowMs - tokens.atMs);
  tokens.left = Math.min(perSecond, tokens.left + (passedMs * perSecond) / 1000);
  tokens.atMs = nowMs;
  // What is short by a rounding error only is one.
  const taken = tokens.left + 1e-9 >= 1;
  if (taken) tokens.left = Math.max(0, tokens.left - 1);
  const missing = Math.max(0, 1 - tokens.left);
  return {
    taken,
    remaining: Math.floor(tokens.left + 1e-9),
    waitS: missing <= 1e-9 ? 0 : Math.ceil(missing / perSecond),
  };
}
