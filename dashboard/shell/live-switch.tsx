import { type LiveState, pauseLive, useLiveState } from '../api/live.ts';
import { Button } from '../parts/button.tsx';

const looks: Record<LiveState, [mark: string, colour: string, word: string]> = {
  live: ['●', 'text-good', 'Live'],
  away: ['◌', 'text-muted', 'Live'],
  paused: ['❚❚', 'text-warn', 'Paused'],
};

/** Whether what is shown follows what happens, and the way to hold it still. */
export function LiveSwitch() {
  const state = useLiveState();
  const [mark, colour, word] = looks[state];
  const isPaused = state === 'paused';
  return (
    <Button
      look="quiet"
      aria-pressed={!isPaused}
      title={isPaused ? 'Follow what happens again' : 'Hold what is shown still'}
      onClick={() => pauseLive(!isPaused)}
    >
      <span aria-hidden="true" className={colour}>
        {mark}
      </span>
      {word}
    </Button>
  );
}
