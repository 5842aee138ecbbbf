import type { Attempt, Timings } from '../api/types.ts';

const steps: readonly { key: keyof Timings; words: string; inVain: string; colour: string }[] = [
  { key: 'lookupMs', words: 'Looked up', inVain: 'Failed to look up', colour: 'fill-wait' },
  { key: 'connectMs', words: 'Connected', inVain: 'Failed to connect', colour: 'fill-strong' },
  { key: 'tlsMs', words: 'Agreed on TLS', inVain: 'Failed to agree on TLS', colour: 'fill-warn' },
  { key: 'waitMs', words: 'Waited', inVain: 'Waited', colour: 'fill-accent' },
  { key: 'readMs', words: 'Read', inVain: 'Read', colour: 'fill-good' },
];

/** The steps of an attempt that took place, each in words. Without an answer it ended in the last of them, unless we did not want its address. */
export function stepsOf({ timings, error, httpStatus }: Pick<Attempt, 'timings' | 'error' | 'httpStatus'>) {
  const taken = steps.flatMap(({ key, ...step }) => {
    const ms = timings?.[key] ?? null;
    return ms === null ? [] : [{ key, ms, ...step }];
  });
  const isInVain = error !== null && error !== 'blocked_address' && httpStatus === null;
  return taken.map(({ inVain, words, ...step }, at) => ({
    ...step,
    words: isInVain && at === taken.length - 1 ? inVain : words,
  }));
}
