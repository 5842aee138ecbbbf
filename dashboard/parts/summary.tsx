import { useOne } from '../api/queries.ts';
import type { Page, Source } from '../api/types.ts';
import { summaryWords } from '../words/alerts.ts';
import { visible } from '../words/text.ts';

/** What an alert says of itself, with the names of sources for their ids. */
export function Summary({ text }: { text: string }) {
  const sources = useOne<Page<Source>>('/v1/sources?limit=250').data?.data ?? [];
  const nameOf = new Map(sources.map(({ id, name }) => [id, name]));
  return <>{visible(summaryWords(text, nameOf))}</>;
}
