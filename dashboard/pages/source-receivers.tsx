import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useEndpoints } from '../api/endpoints.ts';
import { useMay } from '../api/queries.ts';
import type { Source } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Id, Section } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { NewEndpoint } from './endpoint-form.tsx';

/** The endpoints that take what comes through it. Without one its events are kept and nobody is told. */
export function SourceReceivers({ source }: { source: Source }) {
  const may = useMay('manage');
  const [isMaking, setMaking] = useState(false);
  const endpoints = useEndpoints();
  const takers = endpoints.all.filter(
    ({ sources }) => sources?.includes(source.id) || sources?.includes('*'),
  );
  return (
    <Section
      title="Who is told"
      acts={may ? <Button onClick={() => setMaking(true)}>Create endpoint for it</Button> : null}
    >
      {takers.length === 0 ? (
        <p className="text-sm text-muted">
          No endpoint yet: what comes is kept, and goes nowhere. Create one for it, or say at one you have, by
          Edit, that it takes what came by this source.
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-md border border-line">
          {takers.map(({ id, status, events }) => (
            <li key={id} className="flex flex-wrap items-center justify-between gap-2 px-3 py-1.5 text-sm">
              <Link to="/endpoints/$id" params={{ id }}>
                <Id>{endpoints.nameOf(id)}</Id>
              </Link>
              <span className="text-muted">{events.join(', ')}</span>
              <Status is={status} />
            </li>
          ))}
        </ul>
      )}
      {isMaking ? <NewEndpoint sourceId={source.id} close={() => setMaking(false)} /> : null}
    </Section>
  );
}
