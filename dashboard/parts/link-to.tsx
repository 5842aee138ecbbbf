import { type ActiveOptions, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface Props {
  href: string;
  className?: string;
  activeOptions?: ActiveOptions;
  'aria-current'?: 'page' | undefined;
  children: ReactNode;
}

/** A link to an address within the dashboard that words give, with its query: `/orders?overdue=true`. */
export function LinkTo({ href, ...rest }: Props) {
  const [path, query] = href.split('?');
  const search = Object.fromEntries(new URLSearchParams(query));
  // What the words name is no route that the types could know.
  return <Link to={path as never} search={search as never} {...rest} />;
}
