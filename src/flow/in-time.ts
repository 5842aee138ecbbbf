import type { Clock } from '../ports/clock.ts';

/** Resolves once `ended` does, or after `ms`: whichever comes first. */
export async function inTime(clock: Clock, ms: number, ended: Promise<unknown>): Promise<void> {
  let cancel = (): void => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  await Promise.race([ended, late]);
  cancel();
}
