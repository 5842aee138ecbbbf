import type { EventTypeView } from '../../core/catalogue.ts';
import { head } from './pages.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Every type with what it tells; those that are given up last. */
export function catalogueHtml(types: readonly EventTypeView[]): string {
  const sorted = [...types].sort((a, b) => Number(a.deprecated) - Number(b.deprecated));
  const rows = sorted.map(({ name, description, deprecated }) => {
    const link = `<a href="/docs/events/${encodeURIComponent(name)}"><code>${escaped(name)}</code></a>`;
    return `<dt>${link}${deprecated ? ' (deprecated)' : ''}</dt><dd>${escaped(description)}</dd>`;
  });
  return page('Events', `<h1>Events</h1>\n<dl>${rows.join('\n')}</dl>`);
}

/** One type with its schema and its examples. */
export function eventTypeHtml({ name, description, deprecated, schema, examples }: EventTypeView): string {
  const parts = [
    `<p><a href="/docs/events">All events</a></p>`,
    `<h1><code>${escaped(name)}</code></h1>`,
    deprecated ? '<p><strong>Deprecated: build nothing new on it.</strong></p>' : '',
    `<p>${escaped(description)}</p>`,
    ...examples.map((example) => `<h2>Example of <code>data</code></h2>${json(example)}`),
    schema === null ? '' : `<h2>Schema of <code>data</code></h2>${json(schema)}`,
  ];
  return page(name, parts.join('\n'));
}

function page(title: string, main: string): string {
  return `${head}<title>${escaped(title)}</title>\n</head>\n<body>\n<main>\n${main}\n</main>\n</body>\n</html>\n`;
}

function json(value: unknown): string {
  return `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => entities[sign]!);
}
