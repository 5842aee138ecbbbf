import { Link } from '@tanstack/react-router';
import { useEndpoints } from '../api/endpoints.ts';
import { useSourceNames } from '../api/sources.ts';
import { summaryParts } from '../words/alerts.ts';
import { visible } from '../words/text.ts';

/** What an alert says of itself, with the names of sources and endpoints for their ids. */
export function Summary({ text }: { text: string }) {
  const endpoints = useEndpoints();
  const parts = summaryParts(text, useSourceNames());
  return parts.map((part) => {
    if (typeof part === 'string') return visible(part);
    const { endpointId } = part;
    const endpoint = endpoints.find(endpointId);
    if (endpoint === undefined) return visible(part.text);
    const { description, url } = endpoint;
    return (
      <span key={endpointId}>
        {description === '' ? '' : `${visible(description)}, `}
        <Link to="/endpoints/$id" params={{ id: endpointId }} className="break-all underline">
          {url}
        </Link>
      </span>
    );
  });
}
