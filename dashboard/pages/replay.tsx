import { Link, useParams } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import { useAct, useMay, useThing } from '../api/queries.ts';
import type { Replay } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Opening } from '../parts/opening.tsx';
import { Facts, Id, Panel } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { counted } from '../words/counts.ts';
import { outcomeOf } from '../words/replays.ts';

const everyMs = 700;

/** How a replay gets on, and what came of it. */
export function ReplayPanel() {
  const { id } = useParams({ from: '/dead-letters/$id' });
  const may = useMay('manage');
  const path = `/v1/replays/${encodeURIComponent(id)}`;
  const found = useThing<Replay>('/v1/replays', id, { everyMs });
  const cancel = useAct(() => api('POST', `${path}/cancel`), {
    done: 'Cancelled: what waited is taken back.',
  });
  const pause = useAct(() => api('POST', `${path}/pause`), {
    done: 'Paused: what waited is taken back until it goes on.',
  });
  const resume = useAct(() => api('POST', `${path}/resume`), { done: 'It goes on.' });
  if (found.data === undefined) return <Opening what="replay" id={id} found={found} />;
  const { status, total, done, failed, rateLimit, startedAt, finishedAt } = found.data;
  const isOpen = status === 'running' || status === 'paused';
  const ended = done + failed;
  const outcome = outcomeOf(found.data);
  return (
    <Panel back="/dead-letters" title={`Replay of ${counted(total, 'delivery', 'deliveries')}`}>
      <div className="flex flex-wrap items-center gap-4">
        <Status is={outcome?.is ?? status} words={outcome?.words} />
        {status === 'running' && may ? (
          <Button disabled={pause.isPending} onClick={() => pause.mutate()}>
            Pause the replay
          </Button>
        ) : null}
        {status === 'paused' && may ? (
          <Button look="main" disabled={resume.isPending} onClick={() => resume.mutate()}>
            Go on with the replay
          </Button>
        ) : null}
        {isOpen && may ? (
          <Button look="bad" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel the replay
          </Button>
        ) : null}
      </div>
      <div>
        <progress
          className="h-3 w-full appearance-none overflow-hidden rounded-md border border-strong bg-raised [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-raised [&::-webkit-progress-value]:bg-accent"
          aria-label="Deliveries that ended"
          max={Math.max(1, total)}
          value={ended}
        />
        <p aria-live="polite" className="text-sm">
          {ended.toLocaleString()} of {total.toLocaleString()} ended: {done.toLocaleString()} delivered,{' '}
          {failed.toLocaleString()} dead again
          {isOpen ? '.' : `; ${(total - ended).toLocaleString()} not sent.`}
        </p>
      </div>
      <Facts
        facts={[
          ['Replay', <Id key="id">{id}</Id>],
          ['At most', rateLimit === null ? 'as fast as it goes' : `${rateLimit.perSecond} a second`],
          ['Began', <Time key="began" at={startedAt} />],
          ['Ended', <Time key="ended" at={finishedAt} />],
        ]}
      />
      {failed > 0 ? (
        <p className="text-sm">
          <Link to="/dead-letters">Look at what is dead again</Link>
        </p>
      ) : null}
    </Panel>
  );
}
