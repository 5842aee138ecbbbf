import { type AddressPolicy, addressAllowed, checkUrl, type UrlParts } from '../core/address.ts';
import type { Outcome, Request } from '../core/attempt.ts';
import { catalogueEntry } from '../core/catalogue.ts';
import { readNewEndpoint } from '../core/endpoint-input.ts';
import * as limits from '../core/limits/alerts.ts';
import { connectTimeoutMs } from '../core/limits/sending.ts';
import { buildRequest, prepare } from '../core/request.ts';
import type { Crypto } from '../core/signing.ts';
import type { Io } from './io.ts';

export interface DoctorOptions {
  /** The endpoint's secret: a signed test event is sent, then a forged one. */
  secret?: string | undefined;
  profile?: string | undefined;
  /** An endpoint of a running server, which sends the test event itself. */
  endpoint?: string | undefined;
  /** A type of the catalogue, whose example is sent. */
  event?: string | undefined;
}

export interface DoctorWorld extends Io {
  policy: AddressPolicy;
  nowMs(): number;
  random(count: number): Uint8Array;
  crypto: Crypto;
  version: string;
  /** Addresses of a name. Throws with why there are none. */
  lookUp(hostname: string): Promise<readonly string[]>;
  /** What the server shows; throws with why there is nothing to see. */
  certificate(input: { hostname: string; address: string; port: number; timeoutMs: number }): Promise<{
    validUntilMs: number;
    issuer: string;
    problem: string | null;
  }>;
  send(request: Request): Promise<Outcome>;
  /** Has the server send a test event to its endpoint. Throws when it cannot. */
  test(
    endpointId: string,
    event: { eventType: string; data: unknown },
  ): Promise<Pick<Outcome, 'httpStatus' | 'error' | 'durationMs'>>;
}

type Mark = 'ok' | 'warn' | 'FAIL' | '-';

const dayMs = 86_400_000;
const expiresSoonMs = 14 * dayMs;

/**
 * `surehook doctor URL`: looks at an endpoint as Surehook would meet it and says what it finds, one line each. Exit code 0: nothing
 * failed; 1: something did; 2: the command line is not right.
 */
export async function runDoctor(url: string, options: DoctorOptions, world: DoctorWorld): Promise<number> {
  const { event = 'order.created' } = options;
  if (catalogueEntry(event) === null) {
    world.err(`${event} is not in the catalogue; see GET /v1/event-types.`);
    return 2;
  }
  const marks: Mark[] = [];
  const say = (mark: Mark, what: string, text: string): void => {
    marks.push(mark);
    world.out(`${mark.padEnd(5)}${what.padEnd(13)}${text}`);
  };
  const parts = checkUrl(url, world.policy);
  if (typeof parts === 'string') say('FAIL', 'address', `${parts}${devHint(url, world.policy)}`);
  else if (await looksReachable(parts, world, say)) await examine(parts, { ...options, event }, world, say);
  return marks.includes('FAIL') ? 1 : 0;
}

/** Whether it is development mode that is missing, as for a receiver of the documentation. */
function devHint(url: string, policy: AddressPolicy): string {
  return typeof checkUrl(url, { ...policy, dev: true }) === 'string'
    ? ''
    : ' To look at it all the same: --dev.';
}

type Say = (mark: Mark, what: string, text: string) => void;

/** Name and address. False: nothing would be sent there. */
async function looksReachable(parts: UrlParts, world: DoctorWorld, say: Say): Promise<boolean> {
  const addresses = await addressesOf(parts, world, say);
  if (addresses === null) return false;
  const refused = addresses.filter((ip) => !addressAllowed(ip, world.policy));
  if (refused.length > 0) {
    const fix =
      'Use a public address, SUREHOOK_ALLOW_NETWORKS for a private network, or --dev for this machine';
    say('FAIL', 'address', `${refused.join(', ')}: not public, so nothing is sent there. ${fix}.`);
    return false;
  }
  say('ok', 'address', addresses.join(', '));
  return parts.secure ? await looksGenuine(parts, addresses[0]!, world, say) : warnOfPlain(say);
}

async function addressesOf(parts: UrlParts, world: DoctorWorld, say: Say): Promise<readonly string[] | null> {
  if (parts.literal) return [parts.hostname];
  try {
    const addresses = await world.lookUp(parts.hostname);
    if (addresses.length === 0) throw new Error('the name has no address');
    say('ok', 'name', `${parts.hostname} is known`);
    return addresses;
  } catch (error) {
    say('FAIL', 'name', (error as Error).message);
    return null;
  }
}

function warnOfPlain(say: Say): boolean {
  say('warn', 'certificate', 'none: http:// can be read on the way, and is for development only');
  return true;
}

async function looksGenuine(
  parts: UrlParts,
  address: string,
  world: DoctorWorld,
  say: Say,
): Promise<boolean> {
  const { hostname, port } = parts;
  try {
    const shown = await world.certificate({ hostname, address, port, timeoutMs: connectTimeoutMs });
    const leftMs = shown.validUntilMs - world.nowMs();
    const until = `valid until ${new Date(shown.validUntilMs).toISOString().slice(0, 10)} (${Math.floor(leftMs / dayMs)} days), by ${shown.issuer}`;
    if (shown.problem !== null) say('FAIL', 'certificate', `${shown.problem}; ${until}`);
    else say(leftMs < expiresSoonMs ? 'warn' : 'ok', 'certificate', until);
    return shown.problem === null;
  } catch (error) {
    say('FAIL', 'certificate', (error as Error).message);
    return false;
  }
}

async function examine(
  parts: UrlParts,
  options: DoctorOptions & { event: string },
  world: DoctorWorld,
  say: Say,
): Promise<void> {
  if (options.endpoint !== undefined) {
    const data = catalogueEntry(options.event)!.examples[0];
    const outcome = await world.test(options.endpoint, { eventType: options.event, data });
    sayAnswer(outcome, say);
    return saySigned(outcome, say);
  }
  const secret = options.secret ?? null;
  const signed = await world.send(testEvent(parts.href, secret, options, world));
  sayAnswer(signed, say);
  if (signed.httpStatus === null) return;
  if (secret === null)
    return say('-', 'signature', 'not tried: give --secret, or --endpoint of a running server');
  saySigned(signed, say);
  if (signed.error !== null) return;
  const forged = await world.send(testEvent(parts.href, null, options, world));
  if (forged.error === null)
    say(
      'FAIL',
      'forgery',
      `accepted with ${forged.httpStatus}: the signature is not checked, anybody can send events there`,
    );
  else say('ok', 'forgery', `refused${forged.httpStatus === null ? '' : ` with ${forged.httpStatus}`}`);
}

function sayAnswer(
  {
    httpStatus,
    error,
    durationMs,
    ...more
  }: Pick<Outcome, 'httpStatus' | 'error' | 'durationMs'> & { detail?: string },
  say: Say,
): void {
  if (httpStatus === null) {
    say('FAIL', 'answer', `${error}: ${more.detail ?? 'no answer'}`);
    return;
  }
  const slow = durationMs > limits.alertSlowMs;
  say(
    slow ? 'warn' : 'ok',
    'answer',
    `${httpStatus} in ${durationMs} ms${slow ? ': acknowledge first, work later' : ''}`,
  );
}

function saySigned({ httpStatus, error }: Pick<Outcome, 'httpStatus' | 'error'>, say: Say): void {
  if (error === null) say('ok', 'signature', `a signed test event was accepted with ${httpStatus}`);
  else
    say(
      'FAIL',
      'signature',
      `a signed test event was answered with ${httpStatus ?? error}; a 2xx is a success`,
    );
}

/** A test event as the profile has it, signed by `secret`, or by one that nobody knows. */
function testEvent(
  url: string,
  secret: string | null,
  options: DoctorOptions & { event: string },
  world: DoctorWorld,
): Request {
  const nowMs = world.nowMs();
  const body = { url, events: ['*'], ...(secret === null ? {} : { secret }) };
  const endpoint = readNewEndpoint(body, {
    id: 'ep_doctor',
    accountNo: 0,
    defaultProfile: options.profile ?? 'standard',
    policy: world.policy,
    by: 'surehook doctor',
    nowMs,
    randomBytes: world.random,
  });
  const event = {
    seq: 0,
    accountNo: 0,
    id: `evt_doctor${nowMs}`,
    type: options.event,
    timestamp: new Date(nowMs).toISOString(),
    data: JSON.stringify(catalogueEntry(options.event)!.examples[0]),
    reference: null,
    source: null,
    origin: 'api',
    traceId: null,
    createdAtMs: nowMs,
    received: null,
  } as const;
  const prepared = prepare({ ...endpoint, no: 0 }, { accountId: 'default', version: world.version });
  const traceBytes = world.random(24);
  return buildRequest({
    prepared,
    event,
    attemptNumber: 1,
    nowMs,
    traceBytes,
    test: true,
    crypto: world.crypto,
  });
}
