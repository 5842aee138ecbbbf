import { type Sendable, saidHeaders } from './sendable.ts';

/** A request as a module for Node. */
export function nodeOf({ url, headers, body, bodyBase64 }: Sendable): string {
  const said = saidHeaders(headers).map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},`);
  return [
    `const answer = await fetch(${quoted(url)}, {`,
    `  method: 'POST',`,
    `  headers: {`,
    ...said,
    `  },`,
    `  body: ${body === null ? `Buffer.from(${quoted(bodyBase64 ?? '')}, 'base64')` : quoted(body)},`,
    `  redirect: 'manual',`,
    `});`,
    `console.log(answer.status, await answer.text());`,
    '',
  ].join('\n');
}

/** JSON's strings are JavaScript's. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
