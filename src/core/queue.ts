import { type AddressPolicy, hasControlCharacter, hostProblem, parseAddress } from './address.ts';
import { endpointUrlChars } from './limits/endpoints.ts';
import { masked } from './masked.ts';

/*
 * Queues that an endpoint's `url` names instead of a receiver, and that a source takes messages from. What each kind of broker
 * wants to be told is data; no code elsewhere reads such a URL.
 */

/** The kinds of brokers. */
export type QueueKind = 'redis' | 'nats' | 'amqp' | 'kafka' | 'sqs' | 'postgres';
/** Whether messages are put there or taken from there. */
export type QueueUse = 'to' | 'from';

/** A queue that may be connected to. */
export interface QueueTarget {
  readonly kind: QueueKind;
  /** TLS, with a certificate that is checked. */
  readonly secure: boolean;
  /** A name in ASCII lower case, or an address without brackets. */
  readonly hostname: string;
  /** True when `hostname` is an address. */
  readonly literal: boolean;
  readonly port: number;
  /** Empty: none. */
  readonly user: string;
  /** What the broker calls a database or virtual host; without the slash before it. */
  readonly path: string;
  readonly options: Readonly<Record<string, string>>;
}

/** A queue's URL as it was read. */
export interface QueueUrl {
  /** As it was written, but for the password. */
  url: string;
  password: string | null;
  target: QueueTarget;
}

interface Option {
  pattern: RegExp;
  must: string;
  isRequired?: true;
}

interface Form {
  path: Option;
  to: Record<string, Option>;
  /** Null: nothing can be taken from there. */
  from: Record<string, Option> | null;
}

const name: Option = { pattern: /^[^\s\p{C}]{1,200}$/u, must: 'must be 1–200 characters without blanks' };
const required: Option = { ...name, isRequired: true };
const whole: Option = { pattern: /^[1-9]\d{0,11}$/, must: 'must be a whole number above 0' };
const onOff: Option = { pattern: /^(?:on|off)$/, must: 'must be on or off' };
const noPath: Option = { pattern: /^$/, must: 'has no path' };
const kafkaName: Option = {
  pattern: /^[A-Za-z0-9._-]{1,249}$/,
  must: 'must be letters, digits and ._-',
  isRequired: true,
};
const sasl: Option = {
  pattern: /^(?:plain|scram-sha-256|scram-sha-512)$/,
  must: 'must be plain, scram-sha-256 or scram-sha-512',
};

const forms: Record<QueueKind, Form> = {
  redis: {
    path: {
      pattern: /^\d{0,5}$/,
      must: 'must end with the number of a database, such as /0, or with nothing',
    },
    to: { stream: required, maxlen: whole, create: onOff },
    from: { stream: required, group: name },
  },
  nats: {
    path: noPath,
    to: {
      subject: {
        ...required,
        pattern: /^[^\s\p{C}*>]{1,200}$/u,
        must: 'must be one subject, without * and >',
      },
    },
    from: { stream: required, consumer: { ...name, pattern: /^[^\s\p{C}.*>/\\]{1,200}$/u }, subject: name },
  },
  amqp: {
    path: { pattern: /^[^\p{C}]{0,200}$/u, must: 'must end with a virtual host of at most 200 characters' },
    to: {
      exchange: { pattern: /^[^\p{C}]{0,200}$/u, must: 'must be at most 200 characters' },
      routingKey: name,
    },
    from: { queue: required },
  },
  kafka: {
    path: noPath,
    to: { topic: kafkaName, sasl },
    from: { topic: kafkaName, sasl, group: name },
  },
  sqs: {
    path: {
      pattern: /^[\w.-]{1,80}\/[\w-]{1,75}(?:\.fifo)?$/,
      must: "must end with the queue's account and name, such as /123456789012/orders",
    },
    to: { region: { pattern: /^[a-z0-9-]{1,40}$/, must: 'must be a region such as eu-west-1' } },
    from: null,
  },
  postgres: {
    path: { pattern: /^[^\p{C}/]{1,63}$/u, must: 'must end with the name of a database, such as /shop' },
    to: {
      table: {
        pattern: /^[A-Za-z_][\w$]{0,62}(?:\.[A-Za-z_][\w$]{0,62})?$/,
        must: 'must be the name of a table, such as events or shop.events',
        isRequired: true,
      },
      sslmode: {
        pattern: /^(?:disable|require|verify-full)$/,
        must: 'must be disable, require or verify-full; the certificate is checked with both of the latter',
      },
    },
    from: null,
  },
};

/** A map, for what comes from outside is looked up in it: every object has a `constructor`. */
const schemes = new Map<string, Pick<QueueTarget, 'kind' | 'secure' | 'port'>>(
  Object.entries({
    redis: { kind: 'redis', secure: false, port: 6379 },
    rediss: { kind: 'redis', secure: true, port: 6379 },
    nats: { kind: 'nats', secure: false, port: 4222 },
    tls: { kind: 'nats', secure: true, port: 4222 },
    amqp: { kind: 'amqp', secure: false, port: 5672 },
    amqps: { kind: 'amqp', secure: true, port: 5671 },
    kafka: { kind: 'kafka', secure: false, port: 9092 },
    kafkas: { kind: 'kafka', secure: true, port: 9093 },
    sqs: { kind: 'sqs', secure: true, port: 443 },
    'sqs+http': { kind: 'sqs', secure: false, port: 80 },
    postgres: { kind: 'postgres', secure: false, port: 5432 },
    postgresql: { kind: 'postgres', secure: false, port: 5432 },
  }),
);

/** Whether a URL names a queue, be it well written or not. */
export function isQueueUrl(text: string): boolean {
  return schemes.has(schemeOf(text));
}

function schemeOf(text: string): string {
  const end = text.indexOf(':');
  return end < 0 ? '' : text.slice(0, end).trim().toLowerCase();
}

/**
 * Reads the URL of a queue as somebody wrote it: its parts, or what is wrong with it in words for the caller. Names are judged
 * when they are connected to, as those of receivers are.
 */
export function readQueueUrl(text: string, use: QueueUse, policy: AddressPolicy): QueueUrl | string {
  // Most likely a password with a / or a ?: what stands before it would be the host, and the rest be kept and shown.
  if (/^[^:]*:\/\/[^/?]*[/?].*@/.test(text))
    return 'holds an @ behind its host: write /, ? and @ as %2F, %3F and %40 where they belong to a password or a name';
  // A token of NATS stands where a user does, with or without the colon of an empty password, and is a secret.
  return readUrl(text.replace(/^(\s*(?:nats|tls):\/\/)([^/?:@]+):?@/i, '$1:$2@'), use, policy);
}

/** The same for a URL whose password is kept apart: `QueueUrl.url`. */
export function queueTargetOf(url: string, use: QueueUse, policy: AddressPolicy): QueueTarget | string {
  const read = readUrl(url, use, policy);
  return typeof read === 'string' ? read : read.target;
}

function readUrl(text: string, use: QueueUse, policy: AddressPolicy): QueueUrl | string {
  const scheme = schemeOf(text);
  const base = schemes.get(scheme);
  if (base === undefined) return `names no queue; its schemes are ${[...schemes.keys()].join(', ')}`;
  if (text.length > endpointUrlChars) return `is longer than ${endpointUrlChars} characters`;
  if (hasControlCharacter(text) || /[\s\\#]/.test(text))
    return 'holds a blank, a backslash or a #; write it as %20, %5C or %23';
  const url = parsedAs('ftp', text);
  if (url === null || !/^[a-z+]+:\/\//i.test(text))
    return `is not a URL; write it as ${exampleOf(base.kind, use)}`;
  const read = readParts(url, { ...base, port: portOf(text, base.port) }, use);
  if (typeof read === 'string') return `${read}; write it as ${exampleOf(base.kind, use)}`;
  if (scheme === 'sqs+http' && !policy.dev)
    return 'must begin with sqs://; sqs+http:// is allowed in development mode only';
  const problem = hostProblem(read.target.hostname, read.target.literal, policy);
  if (problem !== null) return problem;
  const user = read.target.user === '' ? '' : `${encodeURIComponent(read.target.user)}@`;
  const [, before, after] = /^([^:]+:\/\/)(?:[^/?]*@)?(.*)$/.exec(text)!;
  return { ...read, url: `${before}${user}${after}` };
}

/** Only schemes that the parser knows get their hosts brought into their one form. */
function parsedAs(scheme: 'ftp' | 'https', text: string): URL | null {
  return URL.parse(`${scheme}${text.slice(text.indexOf(':'))}`);
}

/** A parser hides the port that is its scheme's own: what one hides another shows. */
function portOf(text: string, otherwise: number): number {
  return Number(parsedAs('ftp', text)?.port || parsedAs('https', text)?.port || otherwise);
}

function readParts(
  url: URL,
  base: Pick<QueueTarget, 'kind' | 'secure' | 'port'>,
  use: QueueUse,
): { target: QueueTarget; password: string | null } | string {
  const form = forms[base.kind];
  const wanted = form[use];
  if (wanted === null) return 'names a queue that nothing can be taken from';
  const decoded = [url.username, url.password, url.pathname.slice(1)].map(decode);
  if (decoded.includes(null)) return 'holds a % that is no escape';
  const [user, password, path] = decoded as [string, string, string];
  if (!form.path.pattern.test(path)) return form.path.must;
  const options: Record<string, string> = {};
  for (const [key, value] of url.searchParams) {
    const option = Object.hasOwn(wanted, key) ? wanted[key] : undefined;
    if (option === undefined)
      return `has an unknown parameter ${key} (known: ${Object.keys(wanted).join(', ')})`;
    if (key in options) return `has the parameter ${key} twice`;
    if (!option.pattern.test(value)) return `has a wrong parameter: ${key} ${option.must}`;
    options[key] = value;
  }
  for (const [key, option] of Object.entries(wanted))
    if (option.isRequired && !(key in options)) return `lacks the parameter ${key}`;
  const bracketed = url.hostname.startsWith('[');
  const hostname = bracketed ? url.hostname.slice(1, -1) : url.hostname;
  if (hostname === '') return 'names no host';
  const { port } = base;
  if (port === 0) return 'has port 0, which cannot be connected to';
  const secure = base.secure || ['require', 'verify-full'].includes(options.sslmode ?? '');
  const literal = bracketed || parseAddress(hostname) !== null;
  const target = { kind: base.kind, secure, hostname, literal, port, user, path, options };
  return { target, password: password === '' ? null : password };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

const examples: Record<QueueKind, Record<QueueUse, string>> = {
  redis: { to: 'redis://host:6379/?stream=orders', from: 'redis://host:6379/?stream=orders&group=surehook' },
  nats: { to: 'nats://host:4222?subject=orders', from: 'nats://host:4222?stream=ORDERS&consumer=surehook' },
  amqp: {
    to: 'amqp://user:password@host/?exchange=orders&routingKey=new',
    from: 'amqp://user:password@host/?queue=orders',
  },
  kafka: { to: 'kafka://host:9092?topic=orders', from: 'kafka://host:9092?topic=orders&group=surehook' },
  sqs: { to: 'sqs://KEYID:SECRET@sqs.eu-west-1.amazonaws.com/123456789012/orders', from: '' },
  postgres: { to: 'postgres://user:password@host/shop?table=events', from: '' },
};

function exampleOf(kind: QueueKind, use: QueueUse): string {
  return examples[kind][use] || examples.redis[use];
}

/** The same URL for people: where it has a password, that is masked. */
export function shownUrl({ url, password }: { url: string; password: string | null }): string {
  if (password === null) return url;
  return url.replace(
    /^([^:]+:\/\/)(?:([^/?@]*)@)?/,
    (_, before: string, user = '') => `${before}${user}:${masked}@`,
  );
}

/** What credentials were given for: they are of no use elsewhere, and nobody else's business. */
export function originOf(given: string): string {
  const text = given.trim();
  const scheme = schemeOf(text);
  const base = schemes.get(scheme);
  if (base === undefined) return URL.parse(text)?.origin ?? '';
  const url = parsedAs('ftp', text);
  return url === null ? '' : `${scheme}://${url.username}@${url.hostname}:${portOf(text, base.port)}`;
}
