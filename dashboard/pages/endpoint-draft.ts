import { refusal } from '../api/client.ts';
import type { Endpoint } from '../api/types.ts';
import { membersOf, type Pair, pairsOf } from '../parts/pair.ts';
import { memberTexts } from '../words/text.ts';

/** An endpoint, and what stands in it as texts: numbers there have digits that would be lost here as numbers. */
export interface EndpointTexts extends Endpoint {
  texts: Record<string, string>;
}

export function readEndpoint(text: string): EndpointTexts {
  return { ...(JSON.parse(text) as Endpoint), texts: memberTexts(text) };
}

/** When failed attempts are tried again: by the wire format's own schedule, after these waits, or after waits that grow. */
export type RetryWay = 'own' | 'waits' | 'growing';

/** An endpoint as it is typed. */
export interface EndpointDraft {
  url: string;
  events: string[];
  sources: string[] | null;
  profile: string;
  description: string;
  secret: string;
  timeout: string;
  perSecond: string;
  concurrency: string;
  ordered: boolean;
  headers: Pair[];
  retryWay: RetryWay;
  waits: string;
  firstWait: string;
  factor: string;
  maxRetries: string;
  longestWait: string;
  jitter: string;
  giveUpAfter: string;
  notify: string;
  /** JSON, as are those below. */
  filter: string;
  metadata: string;
  wire: string;
}

export const blank: EndpointDraft = {
  url: '',
  events: [],
  sources: null,
  profile: 'standard',
  description: '',
  secret: '',
  timeout: '',
  perSecond: '',
  concurrency: '',
  ordered: false,
  headers: [],
  retryWay: 'own',
  waits: '',
  firstWait: '',
  factor: '',
  maxRetries: '',
  longestWait: '',
  jitter: '',
  giveUpAfter: '',
  notify: '',
  filter: '',
  metadata: '',
  wire: '',
};

export function draftOf(endpoint: EndpointTexts): EndpointDraft {
  const { url, events, sources, profile, description, timeout, ordered, retry, texts } = endpoint;
  const { initial, factor, maxRetries, maxDelay } = retry.exponential ?? {};
  return {
    ...blank,
    ...{ url, events, sources, profile, description, timeout, ordered },
    perSecond: text(endpoint.rateLimit?.perSecond),
    concurrency: text(endpoint.concurrency),
    headers: pairsOf(endpoint.headers),
    retryWay: retry.schedule === undefined ? 'growing' : 'waits',
    waits: retry.schedule?.join(', ') ?? '',
    firstWait: text(initial),
    factor: text(factor),
    maxRetries: text(maxRetries),
    longestWait: text(maxDelay),
    jitter: text(retry.jitter),
    giveUpAfter: text(retry.giveUpAfter),
    notify: text(endpoint.notify),
    filter: json(texts.filter),
    metadata: json(texts.metadata),
    wire: json(texts.wire),
  };
}

/**
 * What the API is told: what is not as it was, so that the rest stays, or is the wire format's own.
 * Text, for numbers have the digits that were typed. Throws what the API would refuse where it could not even be asked.
 */
export function bodyOf(draft: EndpointDraft, before: EndpointDraft): string {
  if (draft.events.length === 0) throw refusal('/events', 'choose at least one, or * for everything');
  if (draft.sources?.length === 0) throw refusal('/sources', 'choose at least one, or any source');
  const old = membersText(before);
  const isMoved = draft.url.trim() !== before.url.trim();
  const told = Object.entries(membersText(draft)).filter(
    ([name, value]) =>
      value !== old[name] ||
      // At another origin they would be dropped without a word.
      (name === 'headers' && isMoved && draft.headers.length > 0),
  );
  return `{${told.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** Each member as JSON; null goes back to what is usual. */
function membersText(draft: EndpointDraft): Record<string, string> {
  const { events, sources, profile, description, ordered, perSecond } = draft;
  const plain = {
    url: draft.url.trim(),
    ...{ events, sources, profile, description, ordered },
    timeout: given(draft.timeout),
    rateLimit: perSecond.trim() === '' ? null : { perSecond: numberOf(perSecond) },
    concurrency: given(draft.concurrency, numberOf),
    headers: membersOf(draft.headers, { pointer: '/headers', isCaseless: true }),
    retry: retryOf(draft),
    notify: given(draft.notify),
    ...(draft.secret === '' ? {} : { secret: draft.secret }),
  };
  const texts = Object.entries(plain).map(([name, value]) => [name, JSON.stringify(value)]);
  return {
    ...Object.fromEntries(texts),
    filter: checkedJson('/filter', draft.filter),
    metadata: checkedJson('/metadata', draft.metadata),
    wire: checkedJson('/wire', draft.wire),
  };
}

function retryOf(draft: EndpointDraft): Record<string, unknown> | null {
  if (draft.retryWay === 'own') return null;
  const common = {
    ...member('jitter', given(draft.jitter, numberOf)),
    giveUpAfter: given(draft.giveUpAfter),
  };
  if (draft.retryWay === 'waits') {
    const schedule = draft.waits.split(/[\s,]+/).filter((wait) => wait !== '');
    return { schedule, ...common };
  }
  const exponential = {
    ...member('initial', given(draft.firstWait)),
    ...member('factor', given(draft.factor, numberOf)),
    ...member('maxRetries', given(draft.maxRetries, numberOf)),
    ...member('maxDelay', given(draft.longestWait)),
  };
  return { exponential, ...common };
}

function member(name: string, value: unknown): Record<string, unknown> {
  return value === null ? {} : { [name]: value };
}

function given(typed: string, read: (text: string) => unknown = (text) => text): unknown {
  const trimmed = typed.trim();
  return trimmed === '' ? null : read(trimmed);
}

/** What is no number goes out as it was typed: the API says what is wrong with it. */
function numberOf(typed: string): number | string {
  const number = Number(typed);
  return Number.isFinite(number) ? number : typed;
}

function checkedJson(pointer: string, typed: string): string {
  if (typed.trim() === '') return 'null';
  try {
    JSON.parse(typed);
    return typed.trim();
  } catch {
    throw refusal(pointer, 'is no JSON: look for a comma or a quotation mark that is missing');
  }
}

function text(value: string | number | null | undefined): string {
  return value === undefined || value === null ? '' : String(value);
}

function json(told = 'null'): string {
  return told === 'null' || told === '{}' ? '' : told;
}
