import type { IncomingHttpHeaders } from 'node:http';
import { SurehookError } from '../core/errors.ts';
import * as limits from '../core/limits/people.ts';

const name = 'surehook_session';
const form = /^[\w-]{43}$/;

/** The token in the cookie; null without one. */
export function sessionToken(headers: IncomingHttpHeaders): string | null {
  for (const part of headers.cookie?.split(';') ?? []) {
    const at = part.indexOf('=');
    const value = part.slice(at + 1).trim();
    if (at > 0 && part.slice(0, at).trim() === name && form.test(value)) return value;
  }
  return null;
}

/** The header that gives the browser its token, which no script can read; null takes it away. */
export function sessionCookie(token: string | null, isSecure: boolean): string {
  const maxAgeS = token === null ? 0 : limits.sessionKeepMs / 1000;
  return `${name}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}${isSecure ? '; Secure' : ''}`;
}

/** What a page of ours sends along to show that it is one: made of the token, told only in answers that other origins cannot read. */
export function csrfToken(token: string, sha256: (text: string) => string): string {
  return sha256(`csrf ${token}`);
}

/**
 * Throws `forbidden` for what a page of another origin made a browser send, and `unsupported_media_type` for what a form can send.
 * Browsers say where a request comes from; what is no browser has no cookie to abuse.
 */
export function requireOwnPage(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new SurehookError('forbidden', 'This request came from a page of another origin.');
  const hasBody = (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
  if (hasBody && !/^application\/json\b/i.test(headers['content-type'] ?? ''))
    throw new SurehookError('unsupported_media_type', 'Send the body with "Content-Type: application/json".');
}
