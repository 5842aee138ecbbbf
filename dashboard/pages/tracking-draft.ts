import { membersOf, type Pair, pairsOf } from '../parts/pair.ts';

/** A tracking as it is typed. */
export interface TrackingDraft {
  reference: string;
  orderId: string;
  states: Pair[];
  sla: string;
  asks: boolean;
  url: string;
  headers: Pair[];
  status: string;
  words: Pair[];
  after: string;
  every: string;
  giveUpAfter: string;
  perSecond: string;
  /** JSON. */
  list: string;
}

const usual = {
  'order.created': 'pending',
  'order.fulfilled': 'fulfilled',
  'order.failed': 'failed',
  'order.refunded': 'refunded',
};
const usualWords = { pending: 'pending', fulfilled: 'fulfilled', failed: 'failed' };

/** What there is, or what is usual where nothing is followed yet. */
export function draftOf(tracking: Record<string, unknown> | null): TrackingDraft {
  const isNew = tracking === null;
  const { reference, orderId, states, sla, poll } = tracking ?? {};
  const { url, headers, status, states: words, after, every, giveUpAfter, rateLimit, list } = members(poll);
  return {
    reference: isNew ? '/data/reference' : text(reference),
    orderId: isNew ? '/data/order_id' : text(orderId),
    states: pairsOf(isNew ? usual : texts(states)),
    sla: text(sla),
    asks: url !== undefined,
    url: text(url),
    headers: pairsOf(texts(headers)),
    status: text(status) || '/status',
    words: pairsOf(words === undefined ? usualWords : texts(words)),
    after: text(after),
    every: text(every),
    giveUpAfter: text(giveUpAfter),
    perSecond: text(members(rateLimit).perSecond),
    list: list === undefined ? '' : JSON.stringify(list, null, 2),
  };
}

/** The API's words for it. Throws where the list is no JSON, or a name stands in two rows. */
export function trackingOf(draft: TrackingDraft): Record<string, unknown> {
  const { reference, orderId, states, sla, asks, url, headers, status, words } = draft;
  const given = (members: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(members).filter(([, value]) => value.trim() !== ''));
  const times = given({ after: draft.after, every: draft.every, giveUpAfter: draft.giveUpAfter });
  const perSecond = Number(draft.perSecond);
  const asking = {
    url: url.trim(),
    headers: membersOf(headers, { pointer: '/tracking/poll/headers', isCaseless: true }),
    ...given({ status }),
    states: membersOf(words, { pointer: '/tracking/poll/states', isCaseless: false }),
    ...times,
    ...(draft.perSecond.trim() === '' ? {} : { rateLimit: { perSecond } }),
  };
  const list = listOf(draft.list);
  return {
    ...given({ reference, orderId, sla }),
    states: membersOf(states, { pointer: '/tracking/states', isCaseless: false }),
    ...(asks || list !== null
      ? { poll: { ...(asks ? asking : {}), ...(list === null ? {} : { list }) } }
      : {}),
  };
}

function listOf(json: string): unknown {
  if (json.trim() === '') return null;
  try {
    return JSON.parse(json);
  } catch {
    throw new Error('The list is no JSON: look for a comma or a quotation mark that is missing.');
  }
}

function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(members(value)).map(([name, one]) => [name, text(one)]));
}
