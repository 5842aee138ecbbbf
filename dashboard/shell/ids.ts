/** Where the thing that an id names is shown; an id without a known beginning is an event's, which callers choose themselves. */
export function pathOfId(id: string): string {
  const page = {
    dlv_: 'deliveries',
    ep_: 'endpoints',
    rpl_: 'dead-letters',
    src_: 'sources',
    ord_: 'orders',
    bin_: 'bins',
    alr_: 'alerts',
  }[/^[a-z]+_/.exec(id)?.[0] ?? ''];
  return `/${page ?? 'events'}/${encodeURIComponent(id)}`;
}
