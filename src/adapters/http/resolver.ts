import { isLocalName } from '../../core/address.ts';
import * as limits from '../../core/limits/sending.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Fault, faultOf } from './faults.ts';
import { type Hosts, readHosts, systemHostsFile } from './hosts.ts';
import { type Ask, askNameServers } from './nameservers.ts';

/** Names to addresses. What an address may be used for is not judged here. */
export interface Resolver {
  /** All known addresses, at least one, IPv4 first. Rejects with a `Fault` of kind `dns`. */
  lookUp(hostname: string): Promise<readonly string[]>;
}

interface Entry {
  readonly outcome: readonly string[] | Fault;
  readonly untilMs: number;
}

/**
 * `localhost` and the hosts file first, then name servers. Answers are kept as long as they say, within `limits.dnsKeepMinMs`
 * and `limits.dnsKeepMaxMs`, failures for `limits.dnsKeepFailureMs`; a name is asked for once at a time.
 */
export function createResolver(options: {
  clock: Pick<Clock, 'monotonicMs'>;
  ask?: Ask;
  hostsFile?: string;
}): Resolver {
  const { clock } = options;
  const ask = options.ask ?? askNameServers();
  const hostsFile = options.hostsFile ?? systemHostsFile();
  const kept = new Map<string, Entry>();
  const underWay = new Map<string, Promise<readonly string[]>>();
  let hosts: { names: Promise<Hosts>; untilMs: number } | null = null;

  function hostNames(): Promise<Hosts> {
    const nowMs = clock.monotonicMs();
    if (hosts === null || hosts.untilMs <= nowMs) {
      hosts = { names: readHosts(hostsFile), untilMs: nowMs + limits.dnsKeepMinMs };
    }
    return hosts.names;
  }

  function keep(hostname: string, outcome: Entry['outcome'], forMs: number): void {
    kept.delete(hostname);
    kept.set(hostname, { outcome, untilMs: clock.monotonicMs() + forMs });
    if (kept.size > limits.dnsCacheEntries) kept.delete(kept.keys().next().value ?? '');
  }

  async function find(hostname: string): Promise<readonly string[]> {
    const fixed = (await hostNames()).get(hostname);
    if (fixed) return fixed;
    try {
      const { addresses, ttlMs } = await ask(hostname);
      const forMs = Math.min(limits.dnsKeepMaxMs, Math.max(limits.dnsKeepMinMs, ttlMs));
      keep(hostname, addresses, forMs);
      return addresses;
    } catch (error) {
      const fault = faultOf(error);
      keep(hostname, fault, limits.dnsKeepFailureMs);
      throw fault;
    }
  }

  async function lookUp(name: string): Promise<readonly string[]> {
    const hostname = name.endsWith('.') ? name.slice(0, -1) : name;
    if (isLocalName(hostname)) return ['127.0.0.1', '::1'];
    const entry = kept.get(hostname);
    if (entry && entry.untilMs > clock.monotonicMs()) {
      if (entry.outcome instanceof Error) throw entry.outcome;
      return entry.outcome;
    }
    const running = underWay.get(hostname);
    if (running) return running;
    const found = find(hostname).finally(() => underWay.delete(hostname));
    underWay.set(hostname, found);
    return found;
  }

  return { lookUp };
}
