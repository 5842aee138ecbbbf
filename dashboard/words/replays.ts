import type { Replay } from '../api/types.ts';

/** What came of a replay that is through: how it looks, and in words; null while it is not, and where it had nothing to do. */
export function outcomeOf({
  status,
  done,
  failed,
}: Pick<Replay, 'status' | 'done' | 'failed'>): { is: 'done' | 'degraded' | 'dead'; words: string } | null {
  if (status !== 'done' || done + failed === 0) return null;
  const words = `Done: ${done.toLocaleString()} delivered, ${failed.toLocaleString()} dead again`;
  if (failed === 0) return { is: 'done', words };
  return { is: done === 0 ? 'dead' : 'degraded', words };
}
