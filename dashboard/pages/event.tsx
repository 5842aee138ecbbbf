import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api, ask } from '../api/client.ts';
import { useAct, useMay, useOne } from '../api/queries.ts';
import type { Endpoint, EventDetail, Page as ListPage } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Code } from '../parts/code.tsx';
import { Facts, Id, Panel, Section } from '../parts/page.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { endpointName } from '../words/endpoints.ts';

/** One event: its payload as it was published, and what became of it everywhere. */
export function EventPanel() {
  const { id } = useParams({ from: '/events/$id' });
  const path = `/v1/events/${encodeURIComponent(id)}`;
  const may = useMay('manage');
  const found = useQuery({ queryKey: ['text', path], queryFn: () => ask('GET', path) });
  const endpoints = useOne<ListPage<Endpoint>>('/v1/endpoints?limit=250').data?.data ?? [];
  const nameOf = new Map(endpoints.map((endpoint) => [endpoint.id, endpointName(endpoint)]));
  const again = useAct(() => api<{ deliveries: number }>('POST', `${path}/redeliver`, {}), {
    done: ({ deliveries }) => `${deliveries} deliveries are on their way again.`,
  });
  if (found.isError)
    return (
      <Panel back="/events" title="Event">
        <Failed error={found.error} retry={() => void found.refetch()} />
      </Panel>
    );
  if (found.data === undefined)
    return (
      <Panel back="/events" title="Event">
        <Loading what="the event" />
      </Panel>
    );
  const event = JSON.parse(found.data) as EventDetail;
  return (
    <Panel back="/events" title={event.type}>
      {may && event.deliveryCount > 0 ? (
        <div>
          <Button look="main" disabled={again.isPending} onClick={() => again.mutate()}>
            Deliver again to all {event.deliveryCount}
          </Button>
        </div>
      ) : null}
      <Facts
        facts={[
          ['Event', <Id key="id">{event.id}</Id>],
          ['Reference', event.reference ?? '–'],
          ['Came by', event.source ?? event.origin],
          ['Accepted', <Time key="at" at={event.createdAt} />],
        ]}
      />
      <Section title={`Deliveries (${event.deliveryCount})`}>
        {event.deliveries.length === 0 ? (
          <p className="text-sm text-muted">No endpoint wanted it when it was accepted.</p>
        ) : (
          <ul className="divide-y divide-line rounded-md border border-line">
            {event.deliveries.map(({ id: delivery, endpointId, status }) => (
              <li
                key={delivery}
                className="flex flex-wrap items-center justify-between gap-2 px-3 py-1.5 text-sm"
              >
                <Link to="/deliveries/$id" params={{ id: delivery }}>
                  <Id>{nameOf.get(endpointId) ?? endpointId}</Id>
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
