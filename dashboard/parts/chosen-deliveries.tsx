import { useState } from 'react';
import { api } from '../api/client.ts';
import type { KnownEndpoints } from '../api/endpoints.ts';
import { useAct } from '../api/queries.ts';
import type { Delivery, Replay } from '../api/types.ts';
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

/** Sends the chosen deliveries again or dismisses the dead ones, tries those that wait now, or cancels them. What went to a deleted endpoint is left out. */
export function ChosenDeliveries({ choice, rows, endpoints }: Props) {
  const [asks, setAsks] = useState(false);
  const chosen = rows.filter(({ id, endpointId }) => choice.has(id) && !endpoints.isGone(endpointId));
  const over = chosen.filter(({ status }) => isOver(status)).slice(0, namedAtMost);
  const open = chosen.filter(({ status }) => !isOver(status));
  const dead = rows.filter(({ id, status }) => choice.has(id) && status === 'dead').slice(0, namedAtMost);
  const then = (): void => {
    setAsks(false);
    choice.clear();
  };
  const again = useAct(() => api<Replay>('POST', '/v1/replays', { ids: over.map(({ id }) => id) }), {
    done: ({ total }) => `${total.toLocaleString()} deliveries are on their way again.`,
    then,
  });
  const dismiss = useAct(
    () => api<{ dismissed: number }>('POST', '/v1/dead-letters/dismiss', { ids: dead.map(({ id }) => id) }),
    {
      done: ({ dismissed }) => `${dismissed.toLocaleString()} dismissed: they count as cancelled now.`,
      then,
    },
  );
  const each = useAct(
    async (act: 'retry' | 'cancel') => {
      for (const { id } of open) await api('POST', `/v1/deliveries/${id}/${act}`);
      return act;
    },
    {
      done: (act) =>
        `${open.length.toLocaleString()} deliveries ${act === 'retry' ? 'are tried now' : 'are cancelled'}.`,
      then,
    },
  );
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
        title={`Cancel ${open.length.toLocaleString()} deliveries?`}
        act={`Cancel ${open.length.toLocaleString()} deliveries`}
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
