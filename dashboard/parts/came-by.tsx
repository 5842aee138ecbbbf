import { Link } from '@tanstack/react-router';
import { useSourceNames } from '../api/sources.ts';
import type { EventSummary } from '../api/types.ts';

/** How an event came in: published, or through a source, told by its name. */
export function CameBy({
  event: { origin, source },
  isLink = false,
}: {
  event: Pick<EventSummary, 'origin' | 'source'>;
  isLink?: boolean;
}) {
  const name = useSourceNames().get(source ?? '');
  if (source === null) return 'the API';
  const how = origin === 'poll' ? ', when asked' : '';
  if (name === undefined || !isLink) return `${name ?? source}${how}`;
  return (
    <>
      <Link to="/sources/$id" params={{ id: source }}>
        {name}
      </Link>
      {how}
    </>
  );
}
