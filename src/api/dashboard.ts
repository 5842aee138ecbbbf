import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The dashboard's own files and its own server, and nothing else; scripts and styles from files only. */
const policyFor = (ancestors: readonly string[]): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors ${ancestors.join(' ') || "'none'"}; base-uri 'none'; form-action 'none'`;

/** The first step of every address that a page of the dashboard has; the second, if any, names what is open. */
export const pageNames = [
  'signin',
  'endpoints',
  'deliveries',
  'events',
  'event-types',
  'dead-letters',
  'sources',
  'orders',
  'bins',
  'alerts',
  'settings',
  'go',
];

const shellPath = '/index.html';

/** Where programs ask: under these a browser, too, hears of what is missing as a program does. */
const programSteps = ['v1', 'in', 'b', 'docs', 'assets'];

/** Where a portal's pages are: apart from the dashboard's, for they alone may be framed. */
const portalPages = ['/portal/:id', '/portal/:id/*'];

/** What was mounted. */
export interface MountedDashboard {
  /** None when nothing was built. */
  paths: string[];
  /** Shows a person who opened an address that there is not that there is no such page: false for everybody else, who is left without an answer. */
  showLost(request: FastifyRequest, reply: FastifyReply): boolean;
}

/**
 * Serves the built dashboard from memory: each file under its own path, the shell under every page's. What a request names
 * is only ever looked up among these, so that no path leads anywhere else. `originsOf` says whose pages may frame the portal
 * behind a link.
 */
export function mountDashboard(
  app: FastifyInstance,
  files: ReadonlyMap<string, Uint8Array>,
  originsOf: (portalId: string) => Promise<string[]>,
): MountedDashboard {
  const shell = files.get(shellPath);
  if (shell === undefined) return { paths: [], showLost: () => false };
  const served = [...files].filter(([path]) => types[ending(path)] !== undefined && path !== shellPath);
  for (const [path, bytes] of served) mount(app, path, { path, bytes });
  const pages = ['/', ...pageNames.flatMap((name) => [`/${name}`, `/${name}/:id`])];
  for (const page of pages) mount(app, page, { path: shellPath, bytes: shell });
  for (const page of portalPages) mount(app, page, { path: shellPath, bytes: shell }, originsOf);
  const sendShell = senderOf({ path: shellPath, bytes: shell });
  return {
    paths: [...served.map(([path]) => path), ...pages.map((page) => page.replace(':id', '{id}'))],
    showLost(request, reply) {
      if (!isPersonsVisit(request)) return false;
      sendShell(request, reply.code(404));
      return true;
    },
  };
}

/** Whether somebody opened this address in a browser, and no program asked for it. */
function isPersonsVisit({ method, raw, headers }: FastifyRequest): boolean {
  const [, step = ''] = (raw.url ?? '').split(/[/?]/, 2);
  return method === 'GET' && !programSteps.includes(step) && /\btext\/html\b/.test(headers.accept ?? '');
}

type File = { path: string; bytes: Uint8Array };

function mount(
  app: FastifyInstance,
  address: string,
  file: File,
  originsOf?: (portalId: string) => Promise<string[]>,
): void {
  const send = senderOf(file);
  app.get(address, async (request, reply): Promise<FastifyReply> => {
    if (originsOf === undefined) return send(request, reply);
    const { id } = request.params as { id: string };
    return send(request, reply, await originsOf(id));
  });
}

/** Sends a file, packed for who takes it; `ancestors` are the origins that may frame it. */
function senderOf({ path, bytes }: File) {
  const packed = gzipSync(bytes);
  const headers = {
    'content-type': types[ending(path)],
    // The name of an asset holds a hash of what is in it.
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  };
  return (request: FastifyRequest, reply: FastifyReply, ancestors: readonly string[] = []): FastifyReply => {
    const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    reply.headers(headers).header('content-security-policy', policyFor(ancestors));
    if (takesGzip) reply.header('content-encoding', 'gzip');
    return reply.send(takesGzip ? packed : Buffer.from(bytes));
  };
}

function ending(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
