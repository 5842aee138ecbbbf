import type { Alert, AlertChannel } from '../api/alert.ts';
import type { Delivery, Page } from '../api/types.ts';
import { counted } from './counts.ts';

/** What people can be told of: the words, and when it comes. */
export interface KindWords {
  title: string;
  when: string;
}

const kinds: Readonly<Record<string, KindWords>> = {
  'endpoint.paused': {
    title: 'An endpoint was paused',
    when: 'The platform paused it, because it kept failing.',
  },
  'endpoint.disabled': {
    title: 'An endpoint was disabled',
    when: 'The platform stopped it for good, such as after an answer of 410.',
  },
  'endpoint.recovered': {
    title: 'An endpoint works again',
    when: 'One that the platform had stopped is active.',
  },
  'endpoint.slow': { title: 'An endpoint is slow', when: 'Of its answers, too many took longer than 5 s.' },
  'delivery.dead': { title: 'Deliveries were given up', when: 'A delivery used up all its attempts.' },
  'order.failed': { title: 'An order failed', when: 'The supplier said so, by webhook or when asked.' },
  'order.overdue': {
    title: 'An order is overdue',
    when: 'It took longer than its source allows.',
  },
  'order.stuck': {
    title: 'An order is stuck',
    when: 'Nobody says how it ended, and asking was given up.',
  },
  'order.unknown': {
    title: 'An unknown order came up',
    when: 'An event came for one that nobody had registered.',
  },
  'balance.low': { title: 'A balance is low', when: 'An event of this type was published or came in.' },
  'source.rejected': {
    title: 'A source sends what is not believed',
    when: 'At least 10 calls, and more than 5 %, were rejected in 10 minutes.',
  },
  'source.silent': {
    title: 'A source is silent',
    when: 'Nothing came for far longer than usual.',
  },
  'source.unreachable': {
    title: 'A source does not answer',
    when: 'Two questions in a row, about an order or for a list, failed.',
  },
  'queue.lag': { title: 'Deliveries wait too long', when: 'The oldest due one has waited for a minute.' },
};

/** Every kind, in the order in which people choose them. */
export const alertKinds = Object.keys(kinds);

export function kindWords(kind: string): KindWords {
  return kinds[kind] ?? { title: kind, when: '' };
}

/** Where the page is that mends it, and what one does there. */
export interface Mend {
  act: string;
  href: string;
}

/** The act that mends what an alert is about; null when there is nothing to do. */
export function mendOf({ kind, subject }: { kind: string; subject: string }): Mend | null {
  const id = encodeURIComponent(subject);
  const ofSource = subject.startsWith('src_') ? `&sourceId=${id}` : '';
  switch (kind) {
    case 'endpoint.paused':
    case 'endpoint.disabled':
      return { act: 'Mend and resume it', href: `/endpoints/${id}` };
    case 'endpoint.slow':
      return { act: 'Look at the endpoint', href: `/endpoints/${id}` };
    case 'delivery.dead':
      return { act: 'Replay what was given up', href: '/dead-letters' };
    case 'order.failed':
      return { act: 'Look at what failed', href: `/orders?state=failed${ofSource}` };
    case 'order.overdue':
      return { act: 'Look at what is overdue', href: `/orders?overdue=true${ofSource}` };
    case 'order.stuck':
      return { act: 'Look at what is stuck', href: `/orders?state=stuck${ofSource}` };
    case 'order.unknown':
      return { act: 'Register what is unknown', href: `/orders?flagged=true${ofSource}` };
    case 'balance.low':
      return { act: 'Look at the events', href: '/events?type=balance.low' };
    case 'source.rejected':
      return { act: 'See what was rejected', href: `/sources/${id}?verdict=rejected` };
    case 'source.silent':
      return { act: 'Look at the source', href: `/sources/${id}` };
    case 'source.unreachable':
      return { act: 'See how it is asked', href: `/sources/${id}` };
    case 'queue.lag':
      return { act: 'Look at what waits', href: '/deliveries?status=pending,retrying' };
    default:
      return null;
  }
}

/** What is still there of what alerts tell of; undefined while it is not known. */
export interface Left {
  dead: Page<Pick<Delivery, 'endpointId'>> | undefined;
  lateOrders: number | undefined;
}

/** Whether somebody still has to act. What only happened stays open for a while, though it may be put right by now. */
export function needsSomebody({ kind, subject }: Pick<Alert, 'kind' | 'subject'>, left: Left): boolean {
  const { dead, lateOrders } = left;
  if (kind === 'endpoint.recovered') return false;
  if (kind === 'order.overdue' || kind === 'order.stuck') return lateOrders !== 0;
  if (kind !== 'delivery.dead' || dead === undefined || dead.nextCursor !== null) return true;
  return dead.data.some(({ endpointId }) => endpointId === subject);
}

/** How many things an alert is about, with their name: `3 orders`. */
export function touchedWords({ kind, count }: { kind: string; count: number }): string | null {
  const [one, more] =
    { order: ['order', 'orders'], delivery: ['delivery', 'deliveries'] }[kind.split('.')[0] ?? ''] ?? [];
  return one === undefined || more === undefined ? null : counted(count, one, more);
}

/** Where messages of a channel go. */
export function channelWords({ type, to, url, endpointId }: AlertChannel): string {
  if (type === 'email') return to == null ? 'mail to whoever is named' : `mail to ${to}`;
  if (type === 'slack') return `Slack: ${url}`;
  return `endpoint ${endpointId}`;
}

/** What a channel is called, or where it goes; an id that no channel has stays what it is. */
export function channelName(channels: readonly AlertChannel[], id: string): string {
  const channel = channels.find((one) => one.id === id);
  return channel === undefined ? id : channel.name || channelWords(channel);
}

/** A part of what an alert says: text, or an endpoint, which people know by another name than its id. */
export type SummaryPart = string | { endpointId: string; text: string };

const endpointAt = /(?:“[^”]*” at )?[^\s“”]+ \((ep_\w+)\)/;

/** What an alert says of itself, without ids: of sources those that stand behind a name go, others become the name; endpoints come out as parts. */
export function summaryParts(text: string, sourceNames: ReadonlyMap<string, string>): SummaryPart[] {
  const named = text.replace(/ \(src_\w+\)/g, '').replace(/\bsrc_\w+/g, (id) => sourceNames.get(id) ?? id);
  const found = endpointAt.exec(named);
  if (found === null) return [named];
  const before = named.slice(0, found.index);
  const after = named.slice(found.index + found[0].length);
  return [before, { endpointId: found[1]!, text: found[0].replace(/ \(ep_\w+\)$/, '') }, after];
}
