import { type FileHandle, open } from 'node:fs/promises';
import { parseAddress } from '../../core/address.ts';
import { hostsFileBytes } from '../../core/limits/sending.ts';

/** Where the platform keeps its hosts file. */
export function systemHostsFile(): string {
  if (process.platform !== 'win32') return '/etc/hosts';
  return `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\drivers\\etc\\hosts`;
}

/** Names of a hosts file, in lower case, with their addresses in the order of the file. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

/** Reads the first `limits.hostsFileBytes` of a hosts file. A file that is not there or not readable has no names. */
export async function readHosts(file: string): Promise<Hosts> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const bytes = Math.min(hostsFileBytes, (await handle.stat()).size);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return parseHosts(buffer.toString('utf8', 0, bytesRead));
  } catch {
    return new Map();
  } finally {
    await handle?.close();
  }
}

/** The text of a hosts file: an address and its names a line, `#` begins a comment. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if (address === undefined || parseAddress(address) === null) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const addresses = hosts.get(key);
      if (addresses) addresses.push(address);
      else hosts.set(key, [address]);
    }
  }
  return hosts;
}
