import type { FastifyInstance } from 'fastify';
import { catalogue } from '../core/catalogue.ts';
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
    app.get(path, (_request, reply) => {
      reply
        .header('content-type', `${contentType}; charset=utf-8`)
        .header('content-security-policy', pagePolicy)
        .header('cache-control', 'no-cache')
        .send(text);
    });
  }
  return files.map(([path]) => path);
}
