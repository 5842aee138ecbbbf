import { Link, useNavigate } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import type { Current } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { setUtc, useUtc } from '../parts/time.tsx';
import { portalBase, portalName } from '../portal/portal.ts';
import { LiveSwitch } from './live-switch.tsx';
import { type Theme, useTheme } from './theme.ts';

interface Props {
  current: Current;
  account: string;
  find: () => void;
  isNavOpen: boolean;
  toggleNav: () => void;
}

const nextTheme: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

/** Account, search, time zone, theme, and who is signed in. */
export function Top({ current, account, find, isNavOpen, toggleNav }: Props) {
  const utc = useUtc();
  const [theme, setTheme] = useTheme();
  return (
    <header className="flex min-h-12 flex-wrap items-center gap-2 border-b border-line bg-surface px-3 py-1.5">
      <Button look="quiet" className="md:hidden" aria-expanded={isNavOpen} onClick={toggleNav}>
        Menu
      </Button>
      <Link to="/" className="mr-2 flex items-center gap-2 font-semibold text-text no-underline">
        {portalName() === '' ? (
          <>
            <img src="/favicon.svg" alt="" width="20" height="20" />
            <span className="hidden sm:inline">{portalBase === null ? 'Surehook' : 'Webhooks'}</span>
            <span className="sr-only sm:hidden">Home</span>
          </>
        ) : (
          <span className="max-w-28 truncate sm:max-w-60">{portalName()}</span>
        )}
      </Link>
      <Accounts current={current} account={account} />
      <button
        type="button"
        onClick={find}
        className="flex min-h-8 min-w-0 flex-1 items-center justify-between gap-4 rounded-md border border-strong bg-page px-2 text-left text-sm text-muted sm:max-w-sm"
      >
        <span className="sr-only sm:not-sr-only sm:truncate">Find a page or an id</span>
        <span aria-hidden="true" className="mx-auto truncate sm:hidden">
          Find
        </span>
        <kbd className="hidden font-mono text-xs sm:inline">⌘K</kbd>
      </button>
      <span className="hidden flex-1 sm:block" />
      <LiveSwitch />
      {/* Narrower, the settings have both: the way to find a page had no room left beside them. */}
      <span className="hidden lg:contents">
        <Button look="quiet" title="Switch between local time and UTC" onClick={() => setUtc(!utc)}>
          {utc ? 'UTC' : 'Local time'}
        </Button>
        <Button look="quiet" title="Switch the theme" onClick={() => setTheme(nextTheme[theme])}>
          Theme: {theme}
        </Button>
      </span>
      {/* On a phone it is behind Menu: it took a line of every page. */}
      <span className={isNavOpen ? 'contents' : 'hidden md:contents'}>
        {portalBase === null ? <SignOut current={current} /> : null}
      </span>
    </header>
  );
}

function Accounts({ current, account }: { current: Current; account: string }) {
  const navigate = useNavigate();
  if (current.accounts.length < 2) return null;
  return (
    <select
      aria-label="Account"
      className="min-h-8 max-w-24 rounded-md border border-strong bg-surface px-2 text-sm text-text sm:max-w-40"
      value={account}
      onChange={(event) => {
        queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'current' });
        void navigate({ to: '/', search: { account: event.target.value } });
      }}
    >
      {current.accounts.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function SignOut({ current }: Pick<Props, 'current'>) {
  return (
    <Button
      look="quiet"
      title={current.person?.email ?? 'Signed in with an API key'}
      onClick={() => void signOut()}
    >
      Sign out<span className="hidden sm:inline"> {current.person?.name ?? ''}</span>
    </Button>
  );
}

async function signOut(): Promise<void> {
  await api('DELETE', '/v1/sessions/current');
  window.location.assign('/signin');
}
