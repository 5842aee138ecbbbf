import type { Scope } from './account.ts';
import { BodyReader, readText } from './body.ts';
import { durationForm, parseDuration } from './duration.ts';
import { nameChars } from './limits/accounts.ts';
import * as limits from './limits/portals.ts';
import type { ChangeKind } from './live.ts';

/** A link that opens an account's pages to somebody of that account, and, once it was opened, what it opened. */
export interface PortalLink {
  id: string;
  accountNo: number;
  /** SHA-256 of the token behind the link's #, hex. */
  tokenHash: string;
  /** SHA-256 of the token that the opened portal asks with, hex; null: it was not opened. */
  sessionHash: string | null;
  /** What stands above the pages; empty: nothing of its own. */
  name: string;
  /** `#rrggbb`; null: the dashboard's own. */
  color: string | null;
  /** Origins whose pages may frame it. */
  origins: string[];
  readOnly: boolean;
  /** Who made it, in words. */
  madeBy: string;
  createdAtMs: number;
  /** Until when it can be opened. */
  expiresAtMs: number;
  /** How long it is open then. */
  lastsMs: number;
  openedAtMs: number | null;
  /** When what it opened ends; null: it was not opened. */
  endsAtMs: number | null;
  revokedAtMs: number | null;
}

/** What a caller says of a portal that is to be. */
export type PortalWish = Pick<PortalLink, 'name' | 'color' | 'origins' | 'readOnly' | 'lastsMs'> & {
  expiresInMs: number;
  /** The id of an account; undefined: the one that the caller acts for. */
  account?: string;
};

/** What the token of a portal begins with. */
export const portalTokenPrefix = 'shk_portal_';

/** `waiting`: can be opened · `expired`: nobody opened it in time · `open` · `ended`: its time is over · `revoked`. */
export type PortalStatus = 'waiting' | 'expired' | 'open' | 'ended' | 'revoked';

/** How a link stands at a time. */
export function portalStatus(
  link: Pick<PortalLink, 'expiresAtMs' | 'endsAtMs' | 'revokedAtMs'>,
  nowMs: number,
): PortalStatus {
  if (link.revokedAtMs !== null) return 'revoked';
  if (link.endsAtMs !== null) return link.endsAtMs > nowMs ? 'open' : 'ended';
  return link.expiresAtMs > nowMs ? 'waiting' : 'expired';
}

/** What an open portal lets do, of the routes that portals have. */
export function portalScopes({ readOnly }: Pick<PortalLink, 'readOnly'>): readonly Scope[] {
  return readOnly ? ['read'] : ['read', 'manage'];
}

/** What a portal is told of as it changes: what its pages show. */
export const portalKinds: readonly ChangeKind[] = ['event', 'delivery', 'endpoint', 'replay'];

const colorForm = /^#[0-9a-f]{6}$/i;

/** Reads the body of `POST /v1/portal-links`. Throws `invalid` with pointers. */
export function readPortal(body: unknown): PortalWish {
  const reader = new BodyReader(body, [
    'account',
    'name',
    'color',
    'origins',
    'readOnly',
    'expiresIn',
    'lasts',
  ]);
  const duration = (name: string, usualMs: number, leastMs: number, mostMs: number): number =>
    reader.optional(name, usualMs, `must be ${durationForm}, within its bounds`, (value) => {
      const ms = parseDuration(value);
      return ms !== null && ms >= leastMs && ms <= mostMs ? ms : undefined;
    });
  const account = reader.optional<string | undefined>('account', undefined, 'must be an id', (value) =>
    typeof value === 'string' ? value : undefined,
  );
  const wish: PortalWish = {
    name: reader.optional('name', '', `must be one line of at most ${nameChars} characters`, readLine),
    color: reader.optional<string | null>('color', null, 'must be a colour such as "#0a7d4f"', (value) =>
      typeof value === 'string' && colorForm.test(value) ? value.toLowerCase() : undefined,
    ),
    origins: readOrigins(reader),
    readOnly: reader.optional('readOnly', false, 'must be true or false', (value) =>
      typeof value === 'boolean' ? value : undefined,
    ),
    expiresInMs: duration('expiresIn', limits.portalLinkMs, limits.portalLinkMinMs, limits.portalLinkMaxMs),
    lastsMs: duration('lasts', limits.portalMs, limits.portalMinMs, limits.portalMaxMs),
    ...(account === undefined ? {} : { account }),
  };
  reader.done();
  return wish;
}

function readLine(value: unknown): string | undefined {
  const text = readText(value, nameChars);
  return text === undefined || /[\r\n\t]/.test(text) ? undefined : text;
}

function readOrigins(reader: BodyReader): string[] {
  const must = `must be an array of at most ${limits.portalOrigins} origins`;
  const given = reader.optional<unknown[]>('origins', [], must, (value) =>
    Array.isArray(value) && value.length <= limits.portalOrigins ? value : undefined,
  );
  return given.flatMap((value, at) => {
    const origin = originOf(value);
    if (origin === null)
      reader.wrong(
        `origins/${at}`,
        'must be an origin such as "https://shop.example": https, no path; http for localhost only',
      );
    return origin ?? [];
  });
}

const localNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What can stand in a policy of frames as it is; null for anything else. */
function originOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > limits.portalOriginChars || !URL.canParse(value))
    return null;
  const { protocol, hostname, origin } = new URL(value);
  if (value.toLowerCase() !== origin && value.toLowerCase() !== `${origin}/`) return null;
  // Names that a browser would read as a pattern or a second word are none.
  if (!/^[a-z0-9.:[\]-]+$/.test(hostname)) return null;
  return protocol === 'https:' || (protocol === 'http:' && localNames.has(hostname)) ? origin : null;
}
