import type { Prng } from './prng.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What one seed's world is like. Each seed draws its own, and many draws are zero, so that calm and harsh worlds both occur. */
export interface Weather {
  /** How long faults last. */
  chaosMs: number;
  accounts: number;
  endpoints: number;
  events: number;
  /** How many of each happen while faults last. */
  crashes: number;
  stalls: number;
  stops: number;
  clockJumps: number;
  outages: number;
  acts: number;
  /** Shares of commits (see `disk.ts`) and look-ups that fail. */
  commitFails: number;
  commitIsFatal: number;
  readFails: number;
  /** Slowest commit and slowest answer of the store. */
  commitMs: number;
  /** Shares of publishers' requests: answer lost, sent again after it was acknowledged. */
  answerLost: number;
  sentTwice: number;
  /** Share of deliveries that kill the node which sends them. */
  poison: number;
  /** How late timers fire at most. */
  timerLateMs: number;
  retentionMs: number;
  /** Share of endpoints whose receiver never answers well again. */
  deadReceivers: number;
}

export function drawWeather(prng: Prng): Weather {
  const count = (most: number): number => (prng.chance(0.4) ? 0 : prng.between(1, most));
  return {
    chaosMs: prng.between(3 * day, 8 * day),
    accounts: prng.between(1, 3),
    endpoints: prng.between(2, 5),
    events: prng.between(4, 20),
    crashes: count(6),
    stalls: count(4),
    stops: count(2),
    clockJumps: count(4),
    outages: count(2),
    acts: count(20),
    commitFails: prng.share(0.15),
    commitIsFatal: prng.share(0.2),
    readFails: prng.share(0.2),
    commitMs: prng.pick([1, 20, 20, 400, 5000]),
    answerLost: prng.share(0.3),
    sentTwice: prng.share(0.4),
    poison: prng.chance(0.25) ? prng.number() * 0.15 : 0,
    timerLateMs: prng.pick([0, 5, 50, 2000]),
    retentionMs: prng.chance(0.25) ? 2 * day : 30 * day,
    deadReceivers: prng.chance(0.3) ? 0.3 : 0,
  };
}

/** How the receiver of one endpoint answers while faults last: weights of what may come of a request. */
export type Answering = Record<Answer, number>;

export const answers = [
  'ok',
  'refused',
  'reset',
  'timeout',
  'answer_lost',
  'server_error',
  'busy',
  'gone',
  'not_found',
  'moved',
  'slow',
] as const;
export type Answer = (typeof answers)[number];

export function drawAnswering(prng: Prng): Answering {
  const answering = {} as Answering;
  for (const answer of answers) answering[answer] = prng.chance(0.5) ? 0 : prng.number();
  answering.ok = prng.chance(0.2) ? 0 : prng.number() * 3;
  answering.gone = prng.chance(0.85) ? 0 : prng.number() * 0.1;
  if (Object.values(answering).every((weight) => weight === 0)) answering.ok = 1;
  return answering;
}

/** A moment while faults last: half of them within the first three hours, when most is going on. */
export function drawMoment(prng: Prng, weather: Weather): number {
  return prng.between(0, prng.chance(0.5) ? 3 * hour : weather.chaosMs);
}

const steps = ['1s', '5s', '30s', '2m', '7m', '30m', '2h', '6h', '12h'];

/** What a person would send to `POST /v1/endpoints`. `tag` names the receiver. */
export function drawEndpoint(prng: Prng, tag: string): Record<string, unknown> {
  const profile = prng.pick([
    'standard',
    'standard',
    'foxreload',
    'digital-goods',
    'petstore',
    'ecomm',
    'cloudevents',
  ]);
  const entries = prng.between(1, 5);
  const schedule = Array.from({ length: entries }, () => prng.pick(steps));
  const jitter = prng.chance(0.5) ? 0 : 0.3;
  const giveUpAfter = prng.chance(0.15) ? prng.pick(['10m', '3h', '24h']) : undefined;
  const retry = prng.chance(0.2)
    ? { exponential: { initial: '2s', factor: 3, maxRetries: prng.between(1, 6), maxDelay: '40m' }, jitter }
    : { schedule, jitter, ...(giveUpAfter && { giveUpAfter }) };
  return {
    url: urlOf(tag, 1),
    events: prng.pick([['*'], ['*'], ['order.*'], ['order.created', 'payment.done'], ['payment.*']]),
    profile,
    secret: secretFor(prng, profile),
    headers: { 'x-token': `canary-${tag}` },
    timeout: prng.pick(['1s', '5s', '15s', '30s']),
    concurrency: prng.pick([1, 2, 4, 16]),
    ordered: prng.chance(0.3),
    ...(!prng.chance(0.6) && { retry }),
    ...(prng.chance(0.25) && { rateLimit: { perSecond: prng.pick([1, 2, 20]) } }),
    ...(prng.chance(0.25) && { filter: { '/data/total': { gte: 50 } } }),
  };
}

export function urlOf(tag: string, version: number): string {
  return `https://${tag}.example/hooks/${version}`;
}

/** Every secret of the simulated world shows one of these wherever it stands. */
export const canaries = ['canary', 'Y2FuYXJ5'] as const;

export function secretFor(prng: Prng, profile: string): string {
  const text = `canary${prng.between(1e9, 9e9)}${prng.between(1e9, 9e9)}abcdefgh`;
  return profile === 'standard' || profile === 'cloudevents'
    ? `whsec_${Buffer.from(text).toString('base64')}`
    : text;
}
