import { useOne } from '../api/queries.ts';
import { Facts } from '../parts/page.tsx';
import { Failed, Loading } from '../parts/states.tsx';

interface Retention {
  events: string;
  held: string;
  eventIds: string;
  providerIds: string;
  idempotencyKeys: string;
  sourceRequests: number;
  binRequests: number;
  auditEntries: number;
}

/** What is kept how long, and who may change it: nobody should find out by missing it. */
export function RetentionOf() {
  const found = useOne<Retention>('/v1/retention');
  if (found.isError) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading what="what is kept" />;
  const kept = found.data;
  const newest = (count: number): string => `the newest ${count.toLocaleString()}`;
  return (
    <div className="flex max-w-2xl flex-col gap-4 p-4">
      <p>
        Whoever runs the server says how long events are kept, by{' '}
        <code className="whitespace-nowrap">SUREHOOK_RETENTION</code> or{' '}
        <code className="whitespace-nowrap">--retention</code> at its start. It cannot be changed from here.
        What is still open is kept until it has ended, however long that takes.
      </p>
      <Facts
        facts={[
          ['Events, deliveries, attempts', kept.events],
          ['Dead letters', kept.events],
          ['Orders and alerts that ended', kept.events],
          ['Held for a stopped endpoint', `${kept.held}, then they are dead letters`],
          ['Ids that recognise repetitions', `${kept.eventIds}; of providers ${kept.providerIds}`],
          ['Idempotency keys', kept.idempotencyKeys],
          ['Requests that a source did not take in', `${newest(kept.sourceRequests)} of each verdict`],
          ['Requests that a bin caught', newest(kept.binRequests)],
          ['Log of what people did', newest(kept.auditEntries)],
        ]}
      />
    </div>
  );
}
