/** `local` lasts, `session` is this tab's. */
type Kind = 'local' | 'session';

const storageOf = (kind: Kind): Storage => (kind === 'local' ? localStorage : sessionStorage);

/** Has the browser remember something; where it does not let us, it counts for this visit only. */
export function keep(kind: Kind, name: string, value: string): void {
  try {
    storageOf(kind).setItem(`surehook.${name}`, value);
  } catch {
    // As in a frame of another site.
  }
}

/** What `keep` was told; null: nothing, or nothing is remembered. */
export function recall(kind: Kind, name: string): string | null {
  try {
    return storageOf(kind).getItem(`surehook.${name}`);
  } catch {
    return null;
  }
}
