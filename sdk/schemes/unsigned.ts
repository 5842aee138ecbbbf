import type { SpecialScheme } from '../scheme.ts';

/** Senders that sign nothing: whoever knows the address is believed, so the address is the secret. Never a default. */
export const unsigned: SpecialScheme = {
  read: () => ({ checks: [[{ secret: 0, kind: 'none', signatures: [''] }]], timestampS: null }),
};

/** Gumroad, which does not sign. */
export const gumroad: SpecialScheme = { ...unsigned };
