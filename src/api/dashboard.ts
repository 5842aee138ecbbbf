import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';

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

/** Where a portal's pages are: apart from the dashboard's, for they alone may be framed. */
const portalPages = ['/portal/:id', '/portal/:id/*'];

/**
 * Serves the built dashboard from memory: each file under its own path, the shell under every page's. What a request names
 * is only ever looked up among these, so that no path leads anywhere else. Answers its paths; none when nothing was built.
 * `originsOf` says whose pages may frame the portal behind a link.
 */
export function mountDashboard(
  app: FastifyInstance,
  files: ReadonlyMap<string, Uint8Array>,
  originsOf: (portalId: string) => Promise<string[]>,
): string[] {
  const shell = files.get(shellPath);
  if (shell === undefined) return [];
  const served = [...files].filter(([path]) => types[ending(path)] !== undefined && path !== shellPath);
  for (const [path, bytes] of served) mount(app, path, { path, bytes });
  const pages = ['/', ...pageNames.flatMap((name) => [`/${name}`, `/${name}/:id`])];
  for (const page of pages) mount(app, page, { path: shellPath, bytes: shell });
  for (const page of portalPages) mount(app, page, { path: shellPath, bytes: shell }, originsOf);
  return [...served.map(([path]) => path), ...pages.map((page) => page.replace(':id', '{id}'))];
}

function mount(
  app: FastifyInstance,
  address: string,
  file: { path: string; bytes: Uint8Array },
  originsOf?: (portalId: string) => Promise<string[]>,
): void {
  const packed = gzipSync(file.bytes);
  const headers = {
    'content-type': types[ending(file.path)],
    'content-security-policy': policyFor([]),
    // The name of an asset holds a hash of what is in it.
    'cache-control': file.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  };
  app.get(address, async (request, reply): Promise<FastifyReply> => {
    const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    reply.headers(headers);
    if (originsOf !== undefined) {
      const { id } = request.params as { id: string };
      reply.header('content-security-policy', policyFor(await originsOf(id)));
    }
    if (takesGzip) reply.header('content-encoding', 'gzip');
    return reply.send(takesGzip ? packed : Buffer.from(file.bytes));
  });
}

function ending(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
