import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { pathOfId } from './ids.ts';
import { isShown, pages } from './pages.ts';
import { shortcuts } from './shortcuts.ts';

/** Finds pages by their words, and whatever an id names. */
export function Palette({ shows, close }: { shows: 'find' | 'keys'; close: () => void }) {
  return shows === 'keys' ? <Keys close={close} /> : <Find close={close} />;
}

function Find({ close }: { close: () => void }) {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const typed = text.trim();
  const query = encodeURIComponent(typed);
  const all = [
    ...pages.filter(([name]) => name.toLowerCase().includes(typed.toLowerCase())),
    ...(typed === ''
      ? []
      : [
          [`Go to ${typed}`, pathOfId(typed)],
          [`Deliveries about “${typed}”`, `/deliveries?reference=${query}`],
          [`Orders with the reference “${typed}”`, `/orders?reference=${query}`],
          [`Events that contain “${typed}”`, `/events?q=${query}`],
        ]),
  ] as [name: string, href: string][];
  const found = all.filter(([, href]) => isShown(href));
  const go = (href: string | undefined): void => {
    if (href === undefined) return;
    close();
    void navigate({ href });
  };
  return (
    <Dialog title="Find a page or an id" isOpen close={close}>
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant={`found-${at}`}
        aria-label="Find a page or an id"
        placeholder="dlv_…, ep_…, an order number, a page"
        className="min-h-9 w-full rounded-md border border-strong bg-surface px-3 text-text"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (by !== undefined) {
            event.preventDefault();
            setAt((at + by + found.length) % found.length);
          } else if (event.key === 'Enter') go(found[at]?.[1]);
        }}
      />
      <div id="found" role="listbox" aria-label="Found" className="mt-2 max-h-80 overflow-y-auto">
        {found.map(([name, href], place) => (
          <button
            type="button"
            role="option"
            tabIndex={-1}
            id={`found-${place}`}
            key={href + name}
            aria-selected={place === at}
            className="flex min-h-8 w-full items-center rounded-md px-2 text-left text-sm break-all aria-selected:bg-tint"
            onClick={() => go(href)}
          >
            {name}
          </button>
        ))}
      </div>
    </Dialog>
  );
}

function Keys({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" isOpen close={close}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        {shortcuts.map(([keys, act]) => (
          <div key={keys} className="contents">
            <dt className="font-mono text-xs leading-6">{keys}</dt>
            <dd>{act}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
