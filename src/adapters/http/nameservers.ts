import { Resolver } from 'node:dns/promises';
import * as limits from '../../core/limits/sending.ts';
import { codeOf, Fault } from './faults.ts';

/** Addresses of a name and how long they may be kept. */
export interface Answer {
  readonly addresses: readonly string[];
  readonly ttlMs: number;
}

/** Asks for a name once, with no cache. Rejects with a `Fault` of kind `dns`. */
export type Ask = (hostname: string) => Promise<Answer>;

/**
 * Asks name servers through c-ares, which takes no thread of the pool: a dead name server holds up its own names only.
 * Waits `limits.dnsTimeoutMs` a try. Search domains are not applied: names are written in full.
 */
export function askNameServers(
  options: { servers?: readonly string[]; timeoutMs?: number; tries?: number } = {},
): Ask {
  const resolver = new Resolver({
    timeout: options.timeoutMs ?? limits.dnsTimeoutMs,
    tries: options.tries ?? limits.dnsTries,
  });
  if (options.servers) resolver.setServers([...options.servers]);
  return async (hostname) => {
    const v6 = settled(resolver.resolve6(hostname, { ttl: true }));
    const v4 = await settled(resolver.resolve4(hostname, { ttl: true }));
    // Name servers that drop AAAA questions are common; with an IPv4 answer in hand the other is not waited for long.
    const second = v4.records.length > 0 ? await within(v6, limits.dnsSecondFamilyMs) : await v6;
    const records = [...v4.records, ...second.records];
    if (records.length === 0) throw nameFault(hostname, tellingCode(v4.code, second.code));
    return {
      addresses: records.map((record) => record.address),
      ttlMs: Math.min(...records.map((record) => record.ttl)) * 1000,
    };
  };
}

interface Settled {
  readonly records: readonly { address: string; ttl: number }[];
  readonly code: string;
}

const nothing: Settled = { records: [], code: 'ENODATA' };

async function settled(query: Promise<{ address: string; ttl: number }[]>): Promise<Settled> {
  try {
    return { records: await query, code: '' };
  } catch (error) {
    return { records: [], code: codeOf(error) };
  }
}

async function within(answer: Promise<Settled>, waitMs: number): Promise<Settled> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Settled>((resolve) => {
    timer = setTimeout(resolve, waitMs, nothing);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Of two failures the one that says more than "no address of this family". */
function tellingCode(first: string, second: string): string {
  return first === 'ENODATA' ? second : first;
}

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist',
  ENODATA: 'the name has no address',
  ESERVFAIL: 'its name server failed',
  EREFUSED: 'the name server refused to answer',
  ETIMEOUT: 'no name server answered in time',
  ECONNREFUSED: 'no name server can be reached',
  EBADNAME: 'the name is not a valid host name',
};

function nameFault(hostname: string, code: string): Fault {
  return new Fault('dns', `${hostname}: ${words[code] ?? 'the look-up failed'} (${code || 'unknown'})`);
}
