import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { buttonClass } from '../parts/button.tsx';
import { Empty } from '../parts/states.tsx';
import { portalBase } from '../portal/portal.ts';

/** An address that no page has. No `Page`: its outlet would show this again, within itself. */
export function Lost() {
  const [to, words] =
    portalBase === null
      ? (['/', 'Go to the overview'] as const)
      : (['/endpoints', 'Go to the endpoints'] as const);
  useEffect(() => {
    document.title = 'No such page · Surehook';
  }, []);
  return (
    <div className="min-w-0 flex-1">
      <h1 className="flex min-h-14 items-center border-b border-line px-4 text-xl font-semibold">
        No such page
      </h1>
      <Empty
        title="There is no page at this address"
        act={
          <Link to={to} className={buttonClass('main')}>
            {words}
          </Link>
        }
      >
        <span className="font-mono text-xs break-all">{window.location.pathname}</span>
        <span className="mt-1 block">
          It may be mistyped. The pages are in the menu, and ⌘K or Ctrl K finds any id.
        </span>
      </Empty>
    </div>
  );
}
