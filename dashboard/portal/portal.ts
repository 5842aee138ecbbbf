import { api, askWith } from '../api/client.ts';
import { keep, recall } from '../parts/kept.ts';
import { accentFor } from './contrast.ts';

/** Where this portal's pages are; null: this is the dashboard. */
export const portalBase: string | null =
  /^\/portal\/ptl_[0-9a-z]+/.exec(window.location.pathname)?.[0] ?? null;

/** What an opened portal knows of itself. */
interface Opened {
  token: string;
  name: string;
  color: string | null;
}

let opened: Opened | null = null;

/** What stands above the pages of this portal; empty: nothing of its own. */
export function portalName(): string {
  return opened?.name ?? '';
}

/**
 * Uses the link up that led here, or goes on with what it opened in this tab before. Everything is asked for by the portal's own
 * token from then on, never by a cookie: a frame on another site has none, and whoever is signed in to the dashboard is nobody here.
 */
export async function enterPortal(base: string): Promise<void> {
  const name = `portal.${base}`;
  const link = /^#([\w-]{20,})$/.exec(window.location.hash)?.[1];
  askWith('');
  try {
    if (link !== undefined) {
      window.history.replaceState(null, '', window.location.pathname);
      opened = await api<Opened>('POST', '/v1/portal-sessions', { token: link });
      // For this tab, so that it can be loaded again.
      keep('session', name, JSON.stringify(opened));
    } else opened = JSON.parse(recall('session', name) ?? 'null') as Opened | null;
  } catch {
    // The page says that it is closed.
  }
  if (opened === null) return;
  askWith(opened.token);
  if (opened.color !== null) paint(opened.color);
}

function paint(color: string): void {
  const [light, dark] = [accentFor(color, 'light'), accentFor(color, 'dark')];
  const { style } = document.documentElement;
  style.setProperty('--color-accent', `light-dark(${light.accent}, ${dark.accent})`);
  style.setProperty('--color-on-accent', `light-dark(${light.onAccent}, ${dark.onAccent})`);
  style.setProperty('--color-tint', `light-dark(${light.tint}, ${dark.tint})`);
}
