import { portalBase } from '../portal/portal.ts';

/** The pages that one can go to from everywhere. */
export const groups = [
  [
    ['/', 'Overview'],
    ['/events', 'Events'],
    ['/event-types', 'Event types'],
    ['/deliveries', 'Deliveries'],
    ['/endpoints', 'Endpoints'],
    ['/dead-letters', 'Dead letters'],
  ],
  [
    ['/sources', 'Sources'],
    ['/orders', 'Orders'],
  ],
  [
    ['/bins', 'Bins'],
    ['/alerts', 'Alerts'],
  ],
  [['/settings', 'Settings']],
] as const;

/** What else is found by its words, behind the page that it belongs to. */
const within: Partial<Record<string, [name: string, href: string][]>> = {
  '/deliveries': [['Deliveries that are retried', '/deliveries?status=retrying']],
  '/orders': [
    ['Orders that are overdue', '/orders?overdue=true'],
    ['Orders that are stuck', '/orders?state=stuck'],
  ],
  '/alerts': [
    ['Alerts: who is told', '/alerts/rules'],
    ['Alerts: channels', '/alerts/channels'],
  ],
  '/settings': [
    ['Settings: you', '/settings/you'],
    ['Settings: people', '/settings/people'],
    ['Settings: keys', '/settings/keys'],
    ['Settings: accounts', '/settings/accounts'],
    ['Settings: what is kept how long', '/settings/retention'],
    ['Settings: what people did', '/settings/audit'],
  ],
};

/** All that is found by its words. */
export const pages = groups.flat().flatMap(([to, name]) => [[name, to], ...(within[to] ?? [])]) as [
  name: string,
  href: string,
][];

/** All that a portal has. */
const portalPages = ['/endpoints', '/deliveries', '/dead-letters', '/events', '/go'];

/** Whether there is a page at this address, with what is open and asked for: a portal has few. */
export function isShown(address: string): boolean {
  return portalBase === null || portalPages.some((page) => address.startsWith(page));
}
