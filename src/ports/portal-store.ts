import type { PortalLink } from '../core/portal.ts';

/** Links into portals, and what they opened: a link is opened once, and ends with what it opened. */
export interface PortalStore {
  /** What of the account ended `portalKeepMs` ago goes, and its oldest where there would be more than `portalLinksEach`. */
  createPortalLink(link: PortalLink): Promise<void>;
  /** Of one account, newest first; only links with an id before `before`. */
  portalLinks(input: { accountNo: number; limit: number; before: string | null }): Promise<PortalLink[]>;
  /** Whosever it is. */
  portalLink(id: string): Promise<PortalLink | null>;
  /** The link whose token has this hash, if it can be opened now: it is open from then on. Null else. */
  openPortalLink(input: {
    tokenHash: string;
    sessionHash: string;
    nowMs: number;
  }): Promise<PortalLink | null>;
  /** The link that opened the portal whose token has this hash, if it is open now. */
  openPortal(input: { sessionHash: string; nowMs: number }): Promise<PortalLink | null>;
  /** False: the account has no such link. */
  revokePortalLink(input: { accountNo: number; id: string; nowMs: number }): Promise<boolean>;
}
