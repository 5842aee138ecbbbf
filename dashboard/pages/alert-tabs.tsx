import { Link } from '@tanstack/react-router';

const tabs = [
  ['/alerts', 'Alerts'],
  ['/alerts/rules', 'Who is told'],
  ['/alerts/channels', 'Channels'],
] as const;

/** What happened, who is told of it, and by which way. */
export function AlertTabs({ at }: { at: (typeof tabs)[number][0] }) {
  return (
    <nav aria-label="Alerts" className="flex flex-wrap gap-1 border-b border-line px-4">
      {tabs.map(([to, name]) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: true }}
          aria-current={to === at ? 'page' : undefined}
          className="-mb-px flex min-h-9 items-center border-b-2 border-transparent px-3 text-sm font-medium text-muted no-underline aria-[current=page]:border-accent aria-[current=page]:text-text"
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
