import { Link } from '@tanstack/react-router';
import type { KnownEndpoints } from '../api/endpoints.ts';
import { Id } from './page.tsx';

interface Props {
  id: string;
  endpoints: KnownEndpoints;
  /** Where it was, as far as an attempt tells, should it be gone. */
  lastUrl?: string | undefined;
}

/** Leads to an endpoint by its name; of one that was deleted it says what it was. */
export function EndpointLink({ id, endpoints, lastUrl }: Props) {
  if (endpoints.isGone(id))
    return (
      <span title={id}>
        <Id>{lastUrl ?? id}</Id> <span className="text-muted">(deleted)</span>
      </span>
    );
  return (
    <Link to="/endpoints/$id" params={{ id }}>
      <Id>{endpoints.nameOf(id)}</Id>
    </Link>
  );
}
