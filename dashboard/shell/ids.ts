/** The pages that show one thing by its id. */
const pages = {
  dlv_: 'deliveries',
  ep_: 'endpoints',
  rpl_: 'dead-letters',
  src_: 'sources',
  ord_: 'orders',
  bin_: 'bins',
  evt_: 'events',
} as const;

/** Pages that list them all. */
const lists = {
  acc_: '/settings/accounts',
  key_: '/settings/keys',
  per_: '/settings/people',
  ses_: '/settings/you',
} as const;

/** What has to be asked about: the id alone does not say on which page it is. */
const asked = ['srq_', 'alr_'];

const attempt = /^att_([0-9a-z]{11})([0-9a-z]{3}|[0-9a-z]{6})$/;
const digits = '0123456789abcdefghjkmnpqrstvwxyz';

function prefixOf(id: string): string {
  return /^[a-z]+_/.exec(id)?.[0] ?? '';
}

/** Whether it begins as the ids that are made here do, and holds as much. */
export function isKnownId(text: string): boolean {
  const prefix = prefixOf(text);
  const isOurs = prefix in pages || prefix in lists || asked.includes(prefix) || prefix === 'att_';
  return isOurs && /^[a-z]+_[0-9a-z]{10,}$/.test(text);
}

/** Where the thing that an id names is shown; an id without a known beginning is an event's, which callers choose themselves. */
export function pathOfId(id: string): string {
  const prefix = prefixOf(id);
  const [, delivery, n] = attempt.exec(id) ?? [];
  if (n !== undefined) return `/deliveries/dlv_${delivery}#attempt-${numberOf(n)}`;
  if (asked.includes(prefix)) return `/go/${encodeURIComponent(id)}`;
  return (
    lists[prefix as keyof typeof lists] ??
    `/${pages[prefix as keyof typeof pages] ?? 'events'}/${encodeURIComponent(id)}`
  );
}

function numberOf(text: string): number {
  return [...text].reduce((sum, digit) => sum * 32 + Math.max(0, digits.indexOf(digit)), 0);
}
