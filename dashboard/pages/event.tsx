import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api, ask } from '../api/client.ts';
import { useEndpoints } from '../api/endpoints.ts';
import { useAct, useMay } from '../api/queries.ts';
import type { EventDetail } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { CameBy } from '../parts/came-by.tsx';
import { Code } from '../parts/code.tsx';
import { Opening } from '../parts/opening.tsx';
import { Facts, Id, Panel, Section } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { counted } from '../words/counts.ts';

/** One event: its payload as it was published, and what became of it everywhere. */
export function EventPanel() {
  const { id } = useParams({ from: '/events/$id' });
  const path = `/v1/events/${encodeURIComponent(id)}`;
  const may = useMay('manage');
  const found = useQuery({ queryKey: ['text', path], queryFn: () => ask('GET', path) });
  const endpoints = useEndpoints();
  const again = useAct(() => api<{ deliveries: number }>('POST', `${path}/redeliver`, {}), {
    done: ({ deliveries }) =>
      `${counted(deliveries, 'delivery is on its', 'deliveries are on their')} way again.`,
  });
  if (found.data === undefined) return <Opening what="event" id={id} found={found} />;
  const event = JSON.parse(found.data) as EventDetail;
  const gone = event.deliveries.filter(({ endpointId }) => endpoints.isGone(endpointId)).length;
  const left = event.deliveryCount - gone;
  return (
    <Panel back="/events" title={event.type}>
      {may && left > 0 ? (
        <div>
          <Button look="main" disabled={again.isPending} onClick={() => again.mutate()}>
            Deliver again{left > 1 ? ` to all ${left}` : ''}
          </Button>
        </div>
      ) : null}
      <Facts
        facts={[
          ['Event', <Id key="id">{event.id}</Id>],
          ['Reference', event.reference ?? '–'],
          ['Came by', <CameBy key="by" event={event} isLink />],
          ['Accepted', <Time key="at" at={event.createdAt} />],
        ]}
      />
      <Section title={`Deliveries (${event.deliveryCount})`}>
        {event.deliveries.length === 0 ? (
          <p className="text-sm text-muted">
            No endpoint wanted it when it was accepted.
            {event.source === null
              ? ''
              : ' What comes by a source goes to endpoints that take it from there: Edit at an endpoint says so.'}
          </p>
        ) : (
          <ul className="divide-y divide-line rounded-md border border-line">
            {event.deliveries.map(({ id: delivery, endpointId, status }) => (
              <li
                key={delivery}
                className="flex flex-wrap items-center justify-between gap-2 px-3 py-1.5 text-sm"
              >
                <Link to="/deliveries/$id" params={{ id: delivery }}>
                  <Id>{endpoints.nameOf(endpointId)}</Id>
                </Link>
                <Status is={status} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Data">
        <Code text={dataOf(found.data)} what="payload" />
      </Section>
    </Panel>
  );
}

/** The payload's own text out of the answer: parsing and printing it would change numbers. */
function dataOf(answer: string): string {
  const from = answer.indexOf(',"data":') + ',"data":'.length;
  return answer.slice(from, answer.lastIndexOf(',"deliveries":['));
}
