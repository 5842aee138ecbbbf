import { endpointUrlChars } from './limits/endpoints.ts';

/*
 * Where deliveries may go. Text is judged after the WHATWG parser has brought it into its one form, an address when it is
 * about to be connected to. What is not known to be global unicast is refused.
 */

/** A parsed CIDR: 4 or 16 bytes, of which the first `bits` bits count. */
export interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** What an operator allows beyond global unicast over https. */
export interface AddressPolicy {
  /** Development mode: http:// and loopback targets are allowed in addition. */
  readonly dev: boolean;
  /** Networks allowed in addition, as `parseNetworks` made them. Lifts neither the https nor the credentials rule. */
  readonly allowNetworks: readonly Network[];
  /** URL prefix of the server's own bins, which are reachable wherever the server is; not set when there are none. */
  readonly ownBins?: string;
  /**
   * How the outside reaches the server itself, without a slash at the end. Nothing below it is sent to but its bins: an event
   * would go round in circles. Not set in development mode.
   */
  readonly ownUrl?: string;
}

/** A URL that may be sent to, in normal form. */
export interface UrlParts {
  readonly href: string;
  /** `https://host:port` without a default port. */
  readonly origin: string;
  readonly secure: boolean;
  /** A name in ASCII lower case, or an address without brackets. */
  readonly hostname: string;
  /** True when `hostname` is an address. */
  readonly literal: boolean;
  readonly port: number;
  /** Path and query; the fragment is never sent. */
  readonly path: string;
  /** True for the server's own bins, whose addresses are not judged. */
  readonly own: boolean;
}

/**
 * Checks the URL of an endpoint: what can be said without a look-up. The answer is its parts, or what is wrong with it in
 * words for the caller. Names are judged when they are connected to (`addressAllowed`).
 */
export function checkUrl(text: string, policy: AddressPolicy): UrlParts | string {
  if (text.length > endpointUrlChars) return `The URL is longer than ${endpointUrlChars} characters.`;
  if (hasControlCharacter(text)) return 'The URL holds a control character; remove it.';
  const url = URL.parse(text);
  if (url === null) return 'This is not a URL; write it as https://host/path.';
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:')
    return `The URL must begin with ${policy.dev ? 'http:// or https://' : 'https://'}.`;
  if (url.username !== '' || url.password !== '') {
    return 'Credentials in the URL are refused; set a header of the endpoint instead.';
  }
  if (url.port === '0') return 'Port 0 cannot be connected to.';
  const parts = partsOf(url, secure);
  if (policy.ownBins !== undefined && url.href.startsWith(policy.ownBins)) return { ...parts, own: true };
  if (policy.ownUrl !== undefined && isBelow(url, policy.ownUrl)) {
    return 'This is the address of this server itself; deliveries to it would go round in circles.';
  }
  if (!secure && !policy.dev)
    return 'The URL must begin with https://; http:// is allowed in development mode only.';
  return hostProblem(parts.hostname, parts.literal, policy) ?? parts;
}

/** What is wrong with a host as far as can be said without a look-up, in words for the caller; null: nothing. `literal`: it is an address. */
export function hostProblem(hostname: string, literal: boolean, policy: AddressPolicy): string | null {
  const isRefused = literal ? !addressAllowed(hostname, policy) : isLocalName(hostname) && !policy.dev;
  return isRefused ? refusedHost : null;
}

const refusedHost =
  'Deliveries go to public addresses only; this host is not one. An operator can allow its network (SUREHOOK_ALLOW_NETWORKS).';

/** Whether a URL is `base` or below it, however its host is spelled. What is no URL has nothing below it. */
function isBelow(url: URL, base: string): boolean {
  const above = URL.parse(base);
  if (above === null || url.port !== above.port || withoutDots(url.hostname) !== withoutDots(above.hostname))
    return false;
  const path = above.pathname.endsWith('/') ? above.pathname : `${above.pathname}/`;
  return `${url.pathname}/`.startsWith(path);
}

function partsOf(url: URL, secure: boolean): UrlParts {
  const bracketed = url.hostname.startsWith('[');
  const hostname = bracketed ? url.hostname.slice(1, -1) : url.hostname;
  return {
    href: url.href,
    origin: url.origin,
    secure,
    hostname,
    literal: bracketed || parseAddress(hostname) !== null,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
    own: false,
  };
}

/** True for `localhost` and everything under it, with or without dots at the end. */
export function isLocalName(hostname: string): boolean {
  const name = withoutDots(hostname).toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost');
}

/** A name without the dots at its end, which change nothing about what it names. */
function withoutDots(hostname: string): string {
  let end = hostname.length;
  while (end > 0 && hostname[end - 1] === '.') end -= 1;
  return hostname.slice(0, end);
}

/** Whether a connection may go to this address: canonical text as a resolver or `checkUrl` gives it; other text is refused. */
export function addressAllowed(ip: string, policy: AddressPolicy): boolean {
  const bytes = parseAddress(ip);
  if (bytes === null) return false;
  const plain = unmapped(bytes);
  if (policy.dev && inNetworks(plain, loopback)) return true;
  if (inNetworks(plain, policy.allowNetworks) || inNetworks(bytes, policy.allowNetworks)) return true;
  if (bytes.length === 4) return !inNetworks(bytes, specialV4);
  return inNetworks(bytes, globalV6) && !inNetworks(bytes, specialV6);
}

/** Comma-separated CIDRs or addresses to networks, or what is wrong in words for the operator. Empty text is no network. */
export function parseNetworks(text: string): Network[] | string {
  const networks: Network[] = [];
  for (const part of text.split(',')) {
    const entry = part.trim();
    if (entry === '') continue;
    const network = parseNetwork(entry);
    if (typeof network === 'string') return network;
    networks.push(network);
  }
  return networks;
}

function parseNetwork(entry: string): Network | string {
  const slash = entry.indexOf('/');
  const bytes = parseAddress(slash < 0 ? entry : entry.slice(0, slash));
  if (bytes === null) return `"${entry}" is not a network; write it like 10.0.0.0/8 or fd00::/8.`;
  const most = bytes.length * 8;
  if (slash < 0) return { bytes, bits: most };
  const length = entry.slice(slash + 1);
  const bits = Number(length);
  if (!/^\d{1,3}$/.test(length) || bits > most) return `"${entry}": the part after / must be 0 to ${most}.`;
  const network = { bytes, bits };
  if (bytes.some((byte, at) => (byte & ~maskAt(bits, at) & 255) !== 0)) {
    return `"${entry}" has bits set after its first ${bits}; write the network's first address.`;
  }
  return network;
}

/** Whether an address (4 or 16 bytes) lies in one of the networks. */
export function inNetworks(bytes: readonly number[], networks: readonly Network[]): boolean {
  return networks.some((network) => contains(network, bytes));
}

function contains(network: Network, bytes: readonly number[]): boolean {
  if (network.bytes.length !== bytes.length) return false;
  for (let at = 0; at * 8 < network.bits; at += 1) {
    const mask = maskAt(network.bits, at);
    if (((network.bytes[at] ?? 0) & mask) !== ((bytes[at] ?? 0) & mask)) return false;
  }
  return true;
}

function maskAt(bits: number, at: number): number {
  const ones = Math.min(8, Math.max(0, bits - at * 8));
  return (0xff << (8 - ones)) & 0xff;
}

/** What one subscriber has to choose from, as text: the address itself for IPv4, its network of 64 bits for IPv6 (RFC 6177). */
export function subscriberOf(ip: string): string {
  const bytes = parseAddress(ip);
  if (bytes === null) return ip;
  const plain = unmapped(bytes);
  return plain.length === 4 ? plain.join('.') : `${plain.slice(0, 8).join('.')}/64`;
}

/** Canonical IPv4 or IPv6 text to 4 or 16 bytes; null for everything else (short forms, octal, zones, ports). */
export function parseAddress(text: string): number[] | null {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    bytes.push(Number(part));
  }
  return bytes;
}

function parseV6(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groups(halves[0] ?? '', halves.length === 1);
  const tail = groups(halves[1] ?? '', true);
  if (head === null || tail === null) return null;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : null;
  return missing >= 2 ? [...head, ...new Array<number>(missing).fill(0), ...tail] : null;
}

/** The bytes of colon-separated groups; the last may be dotted IPv4 when these groups end the address. */
function groups(text: string, last: boolean): number[] | null {
  const bytes: number[] = [];
  if (text === '') return bytes;
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (last && at === parts.length - 1 && part.includes('.')) {
      const v4 = parseV4(part);
      if (v4 === null) return null;
      bytes.push(...v4);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return null;
      const value = Number.parseInt(part, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes.length <= 16 ? bytes : null;
}

/** The IPv4 address inside `::ffff:a.b.c.d`, else the address itself. */
function unmapped(bytes: readonly number[]): readonly number[] {
  return inNetworks(bytes, mapped) ? bytes.slice(12) : bytes;
}

/** Whether a text holds a character below U+0020 or U+007F. */
export function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function networks(list: readonly string[]): readonly Network[] {
  const parsed = parseNetworks(list.join(','));
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

const loopback = networks(['127.0.0.0/8', '::1/128']);
const mapped = networks(['::ffff:0:0/96']);

/** IANA IPv4 special-purpose registry, multicast and class E, and the one metadata address that lies in public space. */
const specialV4 = networks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
]);

/** Only 2000::/3 has been handed out for global unicast (RFC 4291). So mapped, compatible, NAT64, ULA and the rest need no entry. */
const globalV6 = networks(['2000::/3']);

/** What the IANA IPv6 special-purpose registry takes out of it: Teredo, ORCHID and other protocol assignments, documentation, 6to4, AS112. */
const specialV6 = networks(['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']);
