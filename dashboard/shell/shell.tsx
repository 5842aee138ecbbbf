import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { actFor } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { currentQuery, queryClient } from '../api/queries.ts';
import type { Current } from '../api/types.ts';
import { Notices } from '../parts/notice.tsx';
import { Failed } from '../parts/states.tsx';
import { PortalClosed } from '../portal/closed.tsx';
import { portalBase } from '../portal/portal.ts';
import { Nav } from './nav.tsx';
import { isShown } from './pages.ts';
import { useShortcuts } from './shortcuts.ts';
import { SignIn } from './sign-in.tsx';
import { Top } from './top.tsx';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));

/** Around every page: who is signed in, where one can go, and for which account one acts. */
export function Shell() {
  const current = useQuery(currentQuery);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // That of the page which would be shown: for a moment after the location is another it is still the one before.
  const shownPath = useRouterState({ select: ({ matches }) => matches.at(-1)?.pathname ?? '' });
  if (current.isPending) return null;
  if (current.isError)
    return (
      <main>
        <Failed error={current.error} retry={() => void current.refetch()} />
      </main>
    );
  if (portalBase !== null && current.data === null) return <PortalClosed />;
  if (!isShown(shownPath)) return <Navigate to="/endpoints" replace />;
  if (current.data === null || path === '/signin') return <SignIn isSignedIn={current.data !== null} />;
  return <Frame current={current.data} />;
}

/** The account that the API takes, too, when none is named; who may not act for it gets the newest of theirs. */
function firstOf(accounts: Current['accounts']): string {
  return accounts.some(({ id }) => id === 'default') ? 'default' : (accounts[0]?.id ?? 'default');
}

function Frame({ current }: { current: Current }) {
  const [palette, setPalette] = useState<'find' | 'keys' | null>(null);
  const [isNavOpen, setNavOpen] = useState(false);
  const account = useRouterState({
    select: (state) => (state.location.search as { account?: string }).account,
  });
  const path = useRouterState({ select: (state) => state.location.pathname });
  const acts = account ?? firstOf(current.accounts);
  actFor(current.accounts.length > 1 || account !== undefined ? acts : null);
  useLive(queryClient, acts);
  useShortcuts(setPalette);
  // biome-ignore lint/correctness/useExhaustiveDependencies: going anywhere closes it.
  useEffect(() => setNavOpen(false), [path]);
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-surface focus:p-2"
      >
        Skip to the content
      </a>
      <Top
        current={current}
        account={acts}
        find={() => setPalette('find')}
        isNavOpen={isNavOpen}
        toggleNav={() => setNavOpen(!isNavOpen)}
      />
      {current.person !== null && !current.person.hasPassword ? <Unfinished /> : null}
      <div className="flex min-h-0 flex-1">
        <Nav isOpen={isNavOpen} />
        <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 outline-none" key={acts}>
          <Suspense fallback={null}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {palette === null ? null : (
        <Suspense fallback={null}>
          <Palette shows={palette} close={() => setPalette(null)} />
        </Suspense>
      )}
      <Notices />
    </div>
  );
}

function Unfinished() {
  return (
    <p className="border-b border-line bg-tint px-4 py-2 text-sm">
      You came in by a link.{' '}
      <Link to="/settings/$tab" params={{ tab: 'you' }} className="font-medium">
        Set an e-mail address and a password
      </Link>{' '}
      to come back without one.
    </p>
  );
}
