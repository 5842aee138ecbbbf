import { watched } from './watched.ts';

interface Notice {
  id: number;
  text: string;
  kind: 'good' | 'bad';
}

const shownMs = 6000;
const shownAtOnce = 3;
const notices = watched<readonly Notice[]>([]);
let made = 0;

/** Tells the person something for a few seconds, screen readers included. */
export function say(text: string, kind: Notice['kind'] = 'good'): void {
  made += 1;
  const notice = { id: made, text, kind };
  notices.set([...notices.get(), notice].slice(-shownAtOnce));
  window.setTimeout(() => notices.set(notices.get().filter(({ id }) => id !== notice.id)), shownMs);
}

export function Notices() {
  const shown = notices.useIt();
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-4 z-50 flex flex-col items-center gap-2 px-4"
    >
      {shown.map(({ id, text, kind }) => (
        <p
          key={id}
          className="pointer-events-auto max-w-xl rounded-md border border-strong bg-surface px-4 py-2 text-sm break-words"
        >
          <span aria-hidden="true" className={kind === 'good' ? 'mr-2 text-good' : 'mr-2 text-bad'}>
            {kind === 'good' ? '✓' : '✕'}
          </span>
          {text}
        </p>
      ))}
    </div>
  );
}
