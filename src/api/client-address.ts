import { inNetworks, parseAddress, parseNetworks } from '../core/address.ts';

/** Whose request it was, for the log: the connection's other end and what it says in `X-Forwarded-For`; null when nobody knows. */
export type ClientAddress = (
  connected: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
) => string | null;

/**
 * `X-Forwarded-For` counts only as far as trusted proxies wrote it: from its right end, the first address that is none of
 * theirs. What stands left of that, anybody may have written.
 */
export function clientAddressFor(trustedProxies: readonly string[]): ClientAddress {
  const parsed = parseNetworks(trustedProxies.join(','));
  const networks = typeof parsed === 'string' ? [] : parsed;
  const isProxy = (address: string): boolean => {
    const bytes = parseAddress(address);
    return bytes !== null && inNetworks(bytes, networks);
  };
  return (connected, forwardedFor) => {
    if (connected === undefined) return null;
    let client = plain(connected);
    const hops = [forwardedFor ?? []].flat().join(',').split(',').reverse();
    for (const hop of hops) {
      const address = plain(hop.trim());
      if (!isProxy(client) || parseAddress(address) === null) break;
      client = address;
    }
    return client;
  };
}

/** IPv4 as it is written, also where a socket for both families shows it as IPv6. */
function plain(address: string): string {
  return /^::ffff:\d/i.test(address) ? address.slice('::ffff:'.length) : address;
}
