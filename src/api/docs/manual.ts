/** A page of the manual as it is served. */
export interface ManualPage {
  path: string;
  text: string;
}

const sections: readonly (readonly [folder: string, title: string])[] = [
  ['using', 'Using it'],
  ['operating', 'Running it'],
  ['decisions', 'Why it is as it is'],
];

/** The pages among the files of the folder of the documentation, by path. */
export function manualPages(files: ReadonlyMap<string, Uint8Array>): ManualPage[] {
  const decoder = new TextDecoder();
  return [...files]
    .filter(([path]) => sections.some(([folder]) => path.startsWith(`/${folder}/`)) && path.endsWith('.md'))
    .map(([path, bytes]) => ({ path: `/docs${path}`, text: decoder.decode(bytes) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What a program that reads should know first, and where the rest is (llmstxt.org). */
export function llmsText(pages: readonly ManualPage[], version: string): string {
  const listed = sections.map(([folder, title]) => {
    const links = pages
      .filter(({ path }) => path.startsWith(`/docs/${folder}/`))
      .map(({ path, text }) => `- [${titleOf(text) ?? path}](${path})`);
    return links.length === 0 ? '' : `\n## ${title}\n\n${links.join('\n')}\n`;
  });
  return `# Surehook ${version}

> A self-hosted webhook platform. It takes events by API and from other people's webhooks, keeps them on disk before it says so, and
> tells endpoints about them: signed, retried, in order where that is asked for. It also pulls orders to their end, catches requests
> in bins, and alerts people.

Ask with \`Authorization: Bearer KEY\`; errors are \`application/problem+json\` and say what to do. Publish with \`POST /v1/events\`, make
an endpoint with \`POST /v1/endpoints\`, see what became of it with \`GET /v1/deliveries\`.

## API

- [OpenAPI 3.1 document](/openapi.json): every route, field and error
- [The same to read and try out](/docs): for people, in a browser
${listed.join('')}`;
}

function titleOf(text: string): string | undefined {
  return /^# (.+)$/m.exec(text)?.[1];
}
