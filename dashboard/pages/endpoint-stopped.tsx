import { useNavigate } from '@tanstack/react-router';
import { api, withQuery } from '../api/client.ts';
import { useAct, useMay } from '../api/queries.ts';
import type { Delivery, Endpoint, Page, Replay } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Reason } from '../parts/reason.tsx';
import { missedOf } from '../words/missed.ts';

/** Why an endpoint is stopped and since when, and the one act that undoes it with its consequences. */
export function Stopped({ endpoint }: { endpoint: Endpoint }) {
  const may = useMay('manage');
  const navigate = useNavigate();
  const goOn = useAct(() => goOnWith(endpoint), {
    done: (replay) =>
      replay === null
        ? 'It goes on: what was held goes out. Nothing was given up meanwhile.'
        : `It goes on: what was held goes out, and ${replay.total.toLocaleString()} that were given up.`,
    then: (replay) => {
      if (replay !== null) void navigate({ to: '/dead-letters/$id', params: { id: replay.id } });
    },
  });
  const { status, statusReason } = endpoint;
  if (status === 'active') return null;
  return (
    <section
      aria-label="Why it is stopped"
      className="flex flex-col items-start gap-3 rounded-md border border-warn p-3 text-sm"
    >
      <p>
        {statusReason === null ? (
          'It is stopped'
        ) : (
          <>
            It was <Reason text={statusReason} />
          </>
        )}
        . What is owed to it is held, in order, and nothing is lost.
      </p>
      {may ? (
        <Button look="main" disabled={goOn.isPending} onClick={() => goOn.mutate()}>
          {status === 'paused' ? 'Resume' : 'Enable'} and send what it missed
        </Button>
      ) : null}
    </section>
  );
}

/** Null where nothing was given up since it stopped. */
async function goOnWith({ id, statusReason }: Endpoint): Promise<Replay | null> {
  const query = { status: 'dead', endpointId: id, limit: 250 };
  const { data } = await api<Page<Delivery>>('GET', withQuery('/v1/deliveries', query));
  await api('POST', `/v1/endpoints/${id}/resume`);
  const missed = missedOf(statusReason, data);
  if (missed === null) return null;
  return await api<Replay>('POST', `/v1/endpoints/${id}/recover`, { since: missed.since });
}
