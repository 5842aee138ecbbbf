import { profileSchemes as schemes } from '../../../sdk/schemes.ts';
import { parseDuration } from '../duration.ts';
import type { FailurePolicy } from '../health.ts';
import type { RetryPolicy } from '../retry.ts';
import type { Envelope, Profile } from './profile.ts';

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** Waits as `docs/using/profiles.md` and answers spell them. */
function schedule(written: string[], jitter = 0): RetryPolicy {
  const delaysMs = written.map((text) => parseDuration(text)!);
  return { kind: 'schedule', delaysMs, jitter, giveUpAfterMs: null, written: { schedule: written } };
}

function members(...list: [name: string, template: string][]): Envelope {
  return { kind: 'members', members: list };
}

/** Ten requests over 75.6 hours, as Standard Webhooks recommends. */
const standardRetry = schedule(['5s', '5m', '30m', '2h', '5h', '10h', '14h', '20h', '24h'], 0.1);
const downFiveDays: FailurePolicy = { kind: 'down', forMs: 5 * day, failures: 5, then: 'disabled' };
const downOneDay: FailurePolicy = { kind: 'down', forMs: day, failures: 5, then: 'paused' };
const exhausted: FailurePolicy = { kind: 'exhausted', then: 'disabled' };
const none: FailurePolicy = { kind: 'none' };

const standard: Profile = {
  name: 'standard',
  description: 'Standard Webhooks 1.0: what receivers can verify with a library of their language.',
  wire: {
    envelope: members(['type', '{type}'], ['timestamp', '{timestamp}'], ['data', '{data}']),
    signature: schemes.standard!,
    headers: {},
  },
  retry: standardRetry,
  timeoutMs: 15 * second,
  failure: downFiveDays,
  secret: { kind: 'standard', bytes: 32 },
  httpsOnly: false,
};

const foxreload: Profile = {
  name: 'foxreload',
  description:
    'Signature and time in one header, a UUID for every event; deliveries pause while the receiver is down.',
  wire: {
    envelope: members(['event', '{type}'], ['timestamp', '{timestamp}'], ['data', '{data}']),
    signature: schemes.foxreload!,
    headers: { 'x-foxreload-event-id': '{uuid}' },
  },
  retry: schedule(['30s', '2m', '10m', '1h', '6h', '24h']),
  timeoutMs: 10 * second,
  failure: downOneDay,
  secret: { kind: 'hex', bytes: 64, prefix: '' },
  httpsOnly: true,
};

const digitalGoods: Profile = {
  name: 'digital-goods',
  description:
    'Suppliers of digital goods: the body carries a signature of its own besides the one in the header.',
  wire: {
    envelope: members(
      ['event', '{type}'],
      ['timestamp', '{timestamp}'],
      ['data', '{data}'],
      ['signature', '{signature}'],
    ),
    signature: schemes['digital-goods']!,
    headers: { 'x-webhook-id': '{id}' },
  },
  retry: schedule(['30s', '5m', '30m', '2h', '6h', '15h']),
  timeoutMs: 10 * second,
  failure: downFiveDays,
  secret: { kind: 'hex', bytes: 32, prefix: '' },
  httpsOnly: false,
};

const petstore: Profile = {
  name: 'petstore',
  description:
    'The event with its id in the body, five attempts; an endpoint that fails them all is disabled.',
  wire: {
    envelope: members(
      ['id', '{id}'],
      ['eventType', '{type}'],
      ['timestamp', '{timestamp}'],
      ['data', '{data}'],
    ),
    signature: schemes.petstore!,
    headers: {},
  },
  retry: schedule(['1m', '5m', '30m', '1h']),
  timeoutMs: 5 * second,
  failure: exhausted,
  secret: { kind: 'hex', bytes: 16, prefix: 'whsec_' },
  httpsOnly: false,
};

const ecomm: Profile = {
  name: 'ecomm',
  description: 'Shops: five quick retries, each after twice the wait, then a person looks at it.',
  wire: {
    envelope: members(['event_type', '{type}'], ['timestamp', '{timestamp}'], ['data', '{data}']),
    signature: schemes.ecomm!,
    headers: { 'x-ecomm-event-id': '{id}' },
  },
  retry: {
    kind: 'exponential',
    initialMs: second,
    factor: 2,
    maxRetries: 5,
    maxDelayMs: minute,
    jitter: 0,
    giveUpAfterMs: null,
    written: { initial: '1s', maxDelay: '60s' },
  },
  timeoutMs: 10 * second,
  failure: none,
  secret: { kind: 'hex', bytes: 32, prefix: '' },
  httpsOnly: false,
};

const cloudevents: Profile = {
  name: 'cloudevents',
  description:
    'CloudEvents 1.0 over HTTP in binary mode: the body is the data alone; signed as Standard Webhooks.',
  wire: {
    envelope: { kind: 'data' },
    signature: schemes.cloudevents!,
    headers: {
      'ce-specversion': '1.0',
      'ce-id': '{id}',
      'ce-type': '{type}',
      'ce-source': '/accounts/{account}',
      'ce-time': '{time}',
    },
  },
  retry: standardRetry,
  timeoutMs: 15 * second,
  failure: downFiveDays,
  secret: { kind: 'standard', bytes: 32 },
  httpsOnly: false,
};

const slack: Profile = {
  name: 'slack',
  // The address is the secret here. Its provider says nothing about retries, so the standard ones apply.
  description:
    'A message for people, as an incoming-webhook URL takes it. Not signed; retried as standard is.',
  wire: { envelope: { kind: 'text' }, signature: null, headers: {} },
  retry: standardRetry,
  timeoutMs: 15 * second,
  failure: none,
  secret: { kind: 'none' },
  httpsOnly: false,
};

const original: Profile = {
  name: 'original',
  description:
    "What came through a source, unchanged: the provider's raw body, headers and signature. Nothing is signed anew; retried as standard is.",
  wire: { envelope: { kind: 'original' }, signature: null, headers: {} },
  retry: standardRetry,
  timeoutMs: 15 * second,
  failure: downFiveDays,
  secret: { kind: 'none' },
  httpsOnly: false,
};

/** Every profile an endpoint can name. */
export const profiles: readonly Profile[] = [
  standard,
  foxreload,
  digitalGoods,
  petstore,
  ecomm,
  cloudevents,
  slack,
  original,
];

const byName = new Map(profiles.map((profile) => [profile.name, profile]));

/** The profile of that name, or undefined. */
export function profileNamed(name: string): Profile | undefined {
  return byName.get(name);
}
