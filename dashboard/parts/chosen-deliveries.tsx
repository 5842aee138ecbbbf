import { useState } from 'react';
import { api } from '../api/client.ts';
import { actOnEach } from '../api/each.ts';
import type { KnownEndpoints } from '../api/endpoints.ts';
import { useAct } from '../api/queries.ts';
import type { Delivery, Replay } from '../api/types.ts';
import { counted } from '../words/counts.ts';
import { isOver, namedAtMost } from '../words/deliveries.ts';
import { Button } from './button.tsx';
import { type Choice, ChoiceBar } from './choice.tsx';
import { Ask } from './dialog.tsx';

interface Props {
  choice: Choice;
  /** All that are listed, the chosen ones among them. */
  rows: Delivery[];
  endpoints: KnownEndpoints;
}

const told = { done: (said: string) => said };

/** Sends the chosen deliveries again or dismisses the dead ones, tries those that wait now, or cancels them. What went to a deleted endpoint is left out. */
export function ChosenDeliveries({ choice, rows, endpoints }: Props) {
  const [asks, setAsks] = useState(false);
  const chosen = rows.filter(({ id, endpointId }) => choice.has(id) && !endpoints.isGone(endpointId));
  const over = chosen.filter(({ status }) => isOver(status)).slice(0, namedAtMost);
  const open = chosen.filter(({ status }) => !isOver(status));
  const dead = rows.filter(({ id, status }) => choice.has(id) && status === 'dead').slice(0, namedAtMost);
  /** What was done is no longer chosen; what is said of it says what still is. */
  const drop = (ids: string[], said: string): string => {
    choice.drop(ids);
    return said + stillChosen(choice.ids.length - ids.length);
  };
  const again = useAct(async () => {
    const ids = over.map(({ id }) => id);
    const { total } = await api<Replay>('POST', '/v1/replays', { ids });
    return drop(ids, `${counted(total, 'delivery is on its', 'deliveries are on their')} way again`);
  }, told);
  const dismiss = useAct(async () => {
    const ids = dead.map(({ id }) => id);
    const { dismissed } = await api<{ dismissed: number }>('POST', '/v1/dead-letters/dismiss', { ids });
    return drop(ids, `${dismissed.toLocaleString()} dismissed: they count as cancelled now`);
  }, told);
  const each = useAct(async (act: 'retry' | 'cancel') => {
    const ids = open.map(({ id }) => id);
    const { done, failure } = await actOnEach(ids, (id) => api('POST', `/v1/deliveries/${id}/${act}`));
    setAsks(false);
    const acted = act === 'retry' ? 'tried now' : 'cancelled';
    const all = counted(ids.length, 'delivery is', 'deliveries are');
    const of = failure === null ? '' : `${done.length.toLocaleString()} of `;
    const said = drop(done, `${of}${all} ${acted}`);
    if (failure !== null) throw new Error(`${said} ${failure.message}`);
    return said;
  }, told);
  return (
    <ChoiceBar choice={choice}>
      {over.length === 0 ? null : (
        <Button look="main" disabled={again.isPending} onClick={() => again.mutate()}>
          Send {over.length.toLocaleString()} again
        </Button>
      )}
      {dead.length === 0 ? null : (
        <Button
          title="They leave the dead letters, count as cancelled, and can still be sent again from the deliveries"
          disabled={dismiss.isPending}
          onClick={() => dismiss.mutate()}
        >
          Dismiss {dead.length.toLocaleString()}
        </Button>
      )}
      {open.length === 0 ? null : (
        <>
          <Button disabled={each.isPending} onClick={() => each.mutate('retry')}>
            Try {open.length.toLocaleString()} now
          </Button>
          <Button look="bad" disabled={each.isPending} onClick={() => setAsks(true)}>
            Cancel {open.length.toLocaleString()}
          </Button>
        </>
      )}
      {chosen.length < choice.ids.length ? (
        <span className="text-xs text-muted">Some went to a deleted endpoint and cannot be sent again.</span>
      ) : null}
      <Ask
        title={`Cancel ${counted(open.length, 'delivery', 'deliveries')}?`}
        act={`Cancel ${counted(open.length, 'delivery', 'deliveries')}`}
        isOpen={asks}
        isBusy={each.isPending}
        close={() => setAsks(false)}
        confirm={() => each.mutate('cancel')}
      >
        Nothing more is sent for them. An attempt that is under way may still arrive. They can be sent again
        later.
      </Ask>
    </ChoiceBar>
  );
}

/** The end of what is said of the others. */
function stillChosen(count: number): string {
  if (count === 0) return '.';
  return `; ${counted(count, 'is', 'are')} still chosen.`;
}
