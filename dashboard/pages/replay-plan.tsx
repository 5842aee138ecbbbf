import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { api } from '../api/client.ts';
import { useAct } from '../api/queries.ts';
import type { Delivery, Replay } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/field.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { durationWords, Time } from '../parts/time.tsx';
import { countedSoFar, plural } from '../words/counts.ts';

/** What a replay takes in, and how that is said: `of this account`. */
export interface Planned {
  which: { ids?: string[]; endpointId?: string; httpStatus?: string; since?: string };
  words: string;
}

interface Plan {
  total: number;
  /** Counting stopped at `total`: there may be more. */
  atLeast: boolean;
  sample: Delivery[];
}

interface Props {
  planned: Planned;
  close: () => void;
  /** What changes which ones are taken in. */
  children?: ReactNode;
}

/** Says what a replay would send, and how fast, before it does. */
export function ReplayPlan({ planned: { which, words }, close, children }: Props) {
  const navigate = useNavigate();
  const [perSecond, setPerSecond] = useState('');
  const plan = useQuery({
    queryKey: ['plan', which],
    queryFn: () => api<Plan>('POST', '/v1/replays/plan', which),
  });
  const rateLimit = perSecond === '' ? {} : { rateLimit: { perSecond: Number(perSecond) } };
  const start = useAct(() => api<Replay>('POST', '/v1/replays', { ...which, ...rateLimit }), {
    then: ({ id }) => {
      close();
      void navigate({ to: '/dead-letters/$id', params: { id }, search: (before) => before });
    },
  });
  const { total = 0, atLeast = false } = plan.data ?? {};
  return (
    <Dialog title="Replay dead letters" isOpen close={close}>
      {children}
      {plan.isPending ? <Loading what="what would be sent" /> : null}
      {plan.isError ? <Failed error={plan.error} retry={() => void plan.refetch()} /> : null}
      {plan.data === undefined ? null : <What plan={plan.data} words={words} />}
      <div className="mt-4">
        <TextField
          label="At most in a second"
          type="number"
          min={1}
          placeholder="no limit"
          value={perSecond}
          change={setPerSecond}
          help={speedWords({ total, atLeast }, Number(perSecond))}
        />
      </div>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={close}>Not now</Button>
        <Button
          look="main"
          disabled={start.isPending || (total === 0 && !atLeast)}
          onClick={() => start.mutate()}
        >
          Start the replay
        </Button>
      </div>
    </Dialog>
  );
}

function What({ plan: { total, atLeast, sample }, words }: { plan: Plan; words: string }) {
  if (total === 0)
    return atLeast ? (
      <p>None of the first that were looked at is {words}; there are more, which were not counted.</p>
    ) : (
      <p>There are no dead letters {words}: nothing would be sent.</p>
    );
  const more = total - sample.length;
  return (
    <>
      <p>
        Sends {countedSoFar({ total, atLeast })} dead {plural(total, 'letter', 'letters')}{' '}
        <span className="break-words">{words}</span> again, with a fresh schedule and under the same id, so
        that a receiver can tell those it has already:
      </p>
      <ul aria-label="The first of them" className="my-2 rounded-md border border-line px-3 py-1.5 text-sm">
        {sample.map(({ id, eventType, reference, createdAt }) => (
          <li key={id} className="flex flex-wrap gap-x-3">
            <span className="font-medium break-all">{eventType}</span>
            <span className="text-muted break-all">{reference}</span>
            <Time at={createdAt} isShort />
          </li>
        ))}
        {more > 0 || atLeast ? (
          <li className="text-muted">and {countedSoFar({ total: more, atLeast })} more</li>
        ) : null}
      </ul>
    </>
  );
}

/** Without a limit it is as fast as the endpoints take it. */
function speedWords({ total, atLeast }: Omit<Plan, 'sample'>, perSecond: number): string {
  if (!(perSecond > 0))
    return 'Live traffic goes first, and an endpoint’s own rate limit counts. You can pause and cancel.';
  return `It takes ${atLeast ? 'at least' : 'about'} ${durationWords(Math.max(1, total / perSecond) * 1000)}. You can pause and cancel.`;
}
