import { Link, useParams } from '@tanstack/react-router';
import { useMay } from '../api/queries.ts';
import { Page } from '../parts/page.tsx';
import { Accounts } from './settings-accounts.tsx';
import { Audit } from './settings-audit.tsx';
import { Keys } from './settings-keys.tsx';
import { People } from './settings-people.tsx';
import { RetentionOf } from './settings-retention.tsx';
import { You } from './settings-you.tsx';

const tabs = [
  { tab: 'you', name: 'You', right: null, Content: You },
  { tab: 'people', name: 'People', right: 'admin', Content: People },
  { tab: 'keys', name: 'API keys', right: 'manage', Content: Keys },
  { tab: 'accounts', name: 'Accounts', right: 'admin', Content: Accounts },
  { tab: 'retention', name: 'What is kept', right: null, Content: RetentionOf },
  { tab: 'audit', name: 'What people did', right: 'admin', Content: Audit },
] as const;

export function Settings() {
  const { tab = 'you' } = useParams({ strict: false });
  const isAdmin = useMay('admin');
  const isManager = useMay('manage');
  const mine = tabs.filter(({ right }) => right === null || isAdmin || (right === 'manage' && isManager));
  const Content = (mine.find((one) => one.tab === tab) ?? mine[0]!).Content;
  return (
    <Page title="Settings">
      <nav aria-label="Settings" className="flex flex-wrap gap-1 border-b border-line px-4">
        {mine.map((one) => (
          <Link
            key={one.tab}
            to="/settings/$tab"
            params={{ tab: one.tab }}
            aria-current={one.tab === tab ? 'page' : undefined}
            className="-mb-px flex min-h-9 items-center border-b-2 border-transparent px-3 text-sm font-medium text-muted no-underline aria-[current=page]:border-accent aria-[current=page]:text-text"
          >
            {one.name}
          </Link>
        ))}
      </nav>
      <Content />
    </Page>
  );
}
