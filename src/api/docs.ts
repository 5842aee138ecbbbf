import type { FastifyInstance, FastifyReply } from 'fastify';
import { catalogue, eventTypeView, eventTypeViews } from '../core/catalogue.ts';
import { notFound } from '../core/errors.ts';
import { catalogueHtml, eventTypeHtml } from './docs/catalogue.ts';
import { llmsText, manualPages } from './docs/manual.ts';
import { docsHtml, frontHtml } from './docs/pages.ts';
import { docsScript } from './docs/script.ts';
import { docsStyle } from './docs/style.ts';
import { openApi } from './openapi.ts';
import type { ApiParts } from './parts.ts';
import type { Route } from './route.ts';

/** Pages may load their own files and ask their own server, and nothing else. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * Serves what needs no key and reads nothing: the documentation, the manual's pages as Markdown, `/llms.txt`, which leads to both, the
 * OpenAPI document, and the front page where no dashboard is.
 * Answers their paths.
 */
export function mountDocs(
  app: FastifyInstance,
  table: readonly Route[],
  { version, withFront, manual }: { version: string; withFront: boolean; manual: ApiParts['manual'] },
): string[] {
  const document = JSON.stringify(openApi(table, { version, sent: catalogue }));
  const pages = manualPages(manual);
  const files: [path: string, contentType: string, text: string][] = [
    ...(withFront ? ([['/', 'text/html', frontHtml]] as [string, string, string][]) : []),
    ['/docs', 'text/html', docsHtml],
    ['/docs/', 'text/html', docsHtml],
    ['/docs/app.js', 'text/javascript', docsScript],
    ['/docs/app.css', 'text/css', docsStyle],
    ['/openapi.json', 'application/json', document],
    ['/llms.txt', 'text/plain', llmsText(pages, version)],
    ...pages.map(({ path, text }) => [path, 'text/markdown', text] as [string, string, string]),
  ];
  for (const [path, contentType, text] of files) {
    app.get(path, (_request, reply) => send(reply, contentType, text));
  }
  return files.map(([path]) => path);
}

/** Serves one account's event types to anybody; nothing unless an account is named. Answers the paths. */
export function mountCatalogue(
  app: FastifyInstance,
  { publicCatalogue, directory }: Pick<ApiParts, 'publicCatalogue' | 'directory'>,
): string[] {
  if (publicCatalogue === null) return [];
  const accountNo = (): number => {
    const account = directory.accountById(publicCatalogue);
    if (account === null) throw notFound('account', publicCatalogue);
    return account.no;
  };
  app.get('/docs/events', (_request, reply) =>
    send(reply, 'text/html', catalogueHtml(eventTypeViews(directory.eventTypes(accountNo())))),
  );
  app.get<{ Params: { name: string } }>('/docs/events/:name', ({ params: { name } }, reply) => {
    const view = eventTypeView(name, directory.eventType(accountNo(), name));
    if (view === null) throw notFound('event type', name);
    return send(reply, 'text/html', eventTypeHtml(view));
  });
  return ['/docs/events', '/docs/events/{name}'];
}

function send(reply: FastifyReply, contentType: string, text: string): FastifyReply {
  return reply
    .header('content-type', `${contentType}; charset=utf-8`)
    .header('content-security-policy', pagePolicy)
    .header('cache-control', 'no-cache')
    .send(text);
}
