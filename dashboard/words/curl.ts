/** What a request is, as far as a command has to say it. */
export interface Sendable {
  url: string;
  headers: Record<string, string>;
  body: string | null;
  /** Where the body is no text. */
  bodyBase64?: string | null;
}

/** Made by the client itself, or different at each request. */
const left = new Set(['host', 'content-length', 'connection', 'accept-encoding']);
/** One argument of a command can be 128 KiB long on Linux; what a shell's own `printf` takes has no bound. */
const argumentChars = 30_000;

/** A request as a command for a POSIX shell. */
export function curlOf({ url, headers, body, bodyBase64 }: Sendable): string {
  const shown = Object.entries(headers).filter(([name]) => !left.has(name));
  const isLong = (body ?? '').length > argumentChars;
  const isPiped = isLong || body === null;
  const lines = [
    `curl -X POST ${quoted(url)}`,
    ...shown.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    isPiped ? '--data-binary @-' : `--data-raw ${quoted(body)}`,
  ];
  const command = lines.join(' \\\n  ');
  if (!isPiped) return command;
  if (body === null) return `printf %s ${quoted(bodyBase64 ?? '')} | base64 -d | ${command}`;
  return `printf %s ${quoted(body)} | ${command}`;
}

/** Nothing within single quotes means anything to a shell but their end. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
