import type { Attempt } from '../api/types.ts';
import { stepsOf } from '../words/timings.ts';

/** Where an attempt's time went: a bar, and the same in words. */
export function TimingsView({ attempt }: { attempt: Attempt }) {
  const taken = stepsOf(attempt);
  const totalMs = taken.reduce((sum, { ms }) => sum + ms, 0);
  let fromMs = 0;
  return (
    <div className="flex flex-col gap-1">
      <svg
        viewBox={`0 0 ${totalMs || 1} 1`}
        preserveAspectRatio="none"
        className="h-2 w-full"
        aria-hidden="true"
      >
        {taken.map(({ key, ms, colour }) => {
          const x = fromMs;
          fromMs += ms;
          return <rect key={key} x={x} width={ms} height={1} className={colour} />;
        })}
      </svg>
      <ul aria-label="Where the time went" className="flex flex-wrap gap-x-4 text-xs text-muted">
        {taken.map(({ key, ms, words, colour }) => (
          <li key={key} className="flex items-center gap-1">
            <svg viewBox="0 0 1 1" className="size-2" aria-hidden="true">
              <rect width={1} height={1} className={colour} />
            </svg>
            {words} {ms.toLocaleString()} ms
          </li>
        ))}
      </ul>
    </div>
  );
}
