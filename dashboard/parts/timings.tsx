import type { Timings } from '../api/types.ts';

const steps: readonly { key: keyof Timings; words: string; colour: string }[] = [
  { key: 'lookupMs', words: 'Looked up', colour: 'fill-wait' },
  { key: 'connectMs', words: 'Connected', colour: 'fill-strong' },
  { key: 'tlsMs', words: 'Agreed on TLS', colour: 'fill-warn' },
  { key: 'waitMs', words: 'Waited', colour: 'fill-accent' },
  { key: 'readMs', words: 'Read', colour: 'fill-good' },
];

/** Where an attempt's time went: a bar, and the same in words. Steps that did not take place are left out. */
export function TimingsView({ timings }: { timings: Timings }) {
  const taken = steps.flatMap(({ key, ...step }) => {
    const ms = timings[key];
    return ms === null ? [] : [{ key, ms, ...step }];
  });
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
