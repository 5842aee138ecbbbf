import type { Attempt } from '../api/types.ts';

/** Made by the client itself, or different at each request. */
const left = new Set(['host', 'content-length', 'connection', 'accept-encoding']);

/** The request of an attempt as a command for a POSIX shell, with the signature as it was sent. */
export function curlOf({ request }: Pick<Attempt, 'request'>): string {
  const headers = Object.entries(request.headers).filter(([name]) => !left.has(name));
  const lines = [
    `curl -X POST ${quoted(request.url)}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-binary ${quoted(request.body)}`,
  ];
  return lines.join(' \\\n  ');
}

/** Nothing within single quotes means anything to a shell but their end. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
