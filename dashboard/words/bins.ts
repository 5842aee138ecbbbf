import type { Bin, VerificationStep } from '../api/bin.ts';

type Behaviour = Pick<Bin, 'status' | 'delay' | 'slow' | 'failFirst' | 'drop'>;

/** How a bin answers, in one line. */
export function behaviourWords({ status, delay, slow, failFirst, drop }: Behaviour): string {
  const first = failFirst === 0 ? '' : `500 for the first ${failFirst}, then `;
  const waits = delay.startsWith('0') ? '' : ` after ${delay}`;
  const takes = slow.startsWith('0') ? '' : `, for ${slow}`;
  return drop ? `${first}hangs up${waits}` : `${first}${status}${waits}${takes}`;
}

const steps: Record<VerificationStep['step'], string> = {
  key: 'The key',
  signature: 'The signature',
  timestamp: 'The time',
  bytes: 'What is signed',
  comparison: 'The comparison',
};

/** What a step of judging a signature looks at. */
export function stepWords(step: VerificationStep['step']): string {
  return steps[step];
}

/** A request to a bin in one line: how it came, and what of its address is its own. */
export function requestWords(method: string, url: string): string {
  const { pathname, search } = new URL(url);
  return `${method} ${pathname.replace(/^.*?\/b\/bin_\w+/, '') || '/'}${search}`;
}
