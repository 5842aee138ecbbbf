import { useParams } from '@tanstack/react-router';
import { useMay } from '../api/queries.ts';
import { Page } from '../parts/page.tsx';
import { Tabs } from '../parts/tabs.tsx';
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
      <Tabs
        label="Settings"
        tabs={mine.map((one) => [`/settings/${one.tab}`, one.name])}
        at={`/settings/${tab}`}
      />
      <Content />
    </Page>
  );
}
