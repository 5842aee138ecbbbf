import { LinkTo } from './link-to.tsx';

interface Props {
  label: string;
  tabs: readonly (readonly [href: string, name: string])[];
  /** The one that is open. */
  at: string;
}

/** Pages about one matter, side by side. */
export function Tabs({ label, tabs, at }: Props) {
  return (
    <nav aria-label={label} className="flex flex-wrap gap-1 border-b border-line px-4">
      {tabs.map(([href, name]) => (
        <LinkTo
          key={href}
          href={href}
          activeOptions={{ exact: true }}
          aria-current={href === at ? 'page' : undefined}
          className="-mb-px flex min-h-9 items-center border-b-2 border-transparent px-3 text-sm font-medium text-muted no-underline aria-[current=page]:border-accent aria-[current=page]:text-text"
        >
          {name}
        </LinkTo>
      ))}
    </nav>
  );
}
