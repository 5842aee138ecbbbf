const pages = {
  dlv_: 'deliveries',
  ep_: 'endpoints',
  rpl_: 'dead-letters',
  src_: 'sources',
  ord_: 'orders',
  bin_: 'bins',
  alr_: 'alerts',
  evt_: 'events',
} as const;

function pageOf(id: string): string | undefined {
  return pages[(/^[a-z]+_/.exec(id)?.[0] ?? '') as keyof typeof pages];
}

/** Whether it begins as the ids that are made here do, and holds as much. */
export function isKnownId(text: string): boolean {
  return pageOf(text) !== undefined && /^[a-z]+_[0-9a-z]{10,}$/.test(text);
}

/** Where the thing that an id names is shown; an id without a known beginning is an event's, which callers choose themselves. */
export function pathOfId(id: string): string {
  return `/${pageOf(id) ?? 'events'}/${encodeURIComponent(id)}`;
}
