import { Link } from '@tanstack/react-router';
import { buttonClass } from '../parts/button.tsx';
import { Page } from '../parts/page.tsx';
import { Empty } from '../parts/states.tsx';
import { portalBase } from '../portal/portal.ts';

/** An address that no page has. */
export function Lost() {
  const [to, words] =
    portalBase === null
      ? (['/', 'Go to the overview'] as const)
      : (['/endpoints', 'Go to the endpoints'] as const);
  return (
    <Page title="No such page">
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
          It may be mistyped. The pages are in the menu, and <kbd>⌘K</kbd> or <kbd>Ctrl K</kbd> finds any id.
        </span>
      </Empty>
    </Page>
  );
}
