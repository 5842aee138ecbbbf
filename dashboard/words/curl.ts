import { type Sendable, saidHeaders } from './sendable.ts';

/** One argument of a command can be 128 KiB long on Linux; what a shell's own `printf` takes has no bound. */
const argumentChars = 30_000;

/** A request as a command for a POSIX shell. */
export function curlOf({ url, headers, body, bodyBase64 }: Sendable): string {
  const isLong = (body ?? '').length > argumentChars;
  const isPiped = isLong || body === null;
  const lines = [
    `curl -X POST ${quoted(url)}`,
    ...saidHeaders(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
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
