import type { Endpoint } from '../api/types.ts';

/** What an endpoint is called where there is room for one line: those that are fetched from share an address, and have words. */
export function endpointName({ url, description }: Pick<Endpoint, 'url' | 'description'>): string {
  return url === 'pull:' && description !== '' ? `${url} ${description}` : url;
}
