import { Link, Outlet, useChildMatches } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';

interface Props {
  title: string;
  /** What can be done here, at the right of the title. */
  acts?: ReactNode;
  children: ReactNode;
}

/** A page: its title, its acts, what it shows, and beside that whatever is open. */
export function Page({ title, acts, children }: Props) {
  const isOpen = useChildMatches().length > 0;
  useEffect(() => {
    document.title = `${title} · Surehook`;
  }, [title]);
  return (
    <div className="flex min-h-0 min-w-0 flex-1">
      <div className={`min-w-0 flex-1 ${isOpen ? 'hidden xl:block' : ''}`}>
        <div className="flex min-h-14 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2">
          <h1 className="text-xl font-semibold">{title}</h1>
          {acts === undefined ? null : <div className="flex flex-wrap gap-2">{acts}</div>}
        </div>
        {children}
      </div>
      <Outlet />
    </div>
  );
}

export interface PanelProps {
  title: ReactNode;
  /** The list that it stands beside. */
  back:
    | '/endpoints'
    | '/deliveries'
    | '/events'
    | '/event-types'
    | '/dead-letters'
    | '/sources'
    | '/orders'
    | '/bins'
    | '/alerts';
  children: ReactNode;
}

/** What is open beside its list; on narrow screens instead of it. */
export function Panel({ title, back, children }: PanelProps) {
  return (
    <section
      aria-label="Details"
      className="min-w-0 flex-1 border-line bg-surface xl:max-w-[720px] xl:border-l"
    >
      <div className="flex min-h-14 items-center justify-between gap-2 border-b border-line px-4 py-2">
        <h2 className="min-w-0 text-lg font-semibold break-words">{title}</h2>
        <Link
          to={back}
          search={(before) => before}
          data-close
          className="rounded-md px-2 py-1 text-muted no-underline hover:bg-raised"
          aria-label="Close and go back to the list"
        >
          ✕
        </Link>
      </div>
      <div className="flex flex-col gap-5 p-4">{children}</div>
    </section>
  );
}

export function Section({ title, acts, children }: { title: string; acts?: ReactNode; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-semibold">{title}</h3>
        {acts}
      </div>
      {children}
    </section>
  );
}

/** Names and values, one a line. */
export function Facts({ facts }: { facts: [name: string, value: ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[fit-content(45%)_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="min-w-[90px] text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Id({ children }: { children: string }) {
  return <span className="font-mono text-xs break-all">{children}</span>;
}
