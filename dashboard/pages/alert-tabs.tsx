import { Tabs } from '../parts/tabs.tsx';

const tabs = [
  ['/alerts', 'Alerts'],
  ['/alerts/rules', 'Who is told'],
  ['/alerts/channels', 'Channels'],
] as const;

/** What happened, who is told of it, and by which way. */
export function AlertTabs({ at }: { at: (typeof tabs)[number][0] }) {
  return <Tabs label="Alerts" tabs={tabs} at={at} />;
}
