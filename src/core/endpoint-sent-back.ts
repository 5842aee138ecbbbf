import { asRecord, type BodyReader, pointerStep } from './body.ts';
import type { Endpoint } from './endpoint.ts';
import { masked } from './masked.ts';
import type { Wire } from './profiles/profile.ts';
import { carriedHeaders } from './profiles/wire.ts';
import { originOf } from './queue.ts';

/*
 * What whoever reads an endpoint, changes something and writes it back sends besides the change; and which headers may be its own.
 */

/** What answers show besides and nobody sets. */
export const shownOnly = ['id', 'createdAt', 'updatedAt', 'statusReason'];

/** Such members may be sent back as they are now. */
export function checkShownOnly(reader: BodyReader, current: Endpoint): void {
  const shown: Record<string, unknown> = {
    id: current.id,
    createdAt: new Date(current.createdAtMs).toISOString(),
    updatedAt: new Date(current.updatedAtMs).toISOString(),
    statusReason: current.statusReason,
  };
  for (const name of shownOnly) {
    if (!reader.has(name) || reader.value(name) === shown[name]) continue;
    reader.wrong(name, `is set by the server and is ${JSON.stringify(shown[name])} now; leave it out`);
  }
}

/** The headers whose values were sent: masked ones belong to the origin that they were set for. */
export function withoutKept(headers: Endpoint['headers'] | undefined, given: unknown): Endpoint['headers'] {
  const sent = asRecord(given) ?? {};
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => sent[name] !== masked));
}

/** Whether a given `url` is of another origin than the present one. */
export function movesOrigin(url: unknown, current: string): boolean {
  return typeof url === 'string' && originOf(url) !== originOf(current);
}

/** A header of the endpoint's own must not stand where its wire format carries the event: which one counts, a receiver cannot know. */
export function checkHeaders(reader: BodyReader, headers: Endpoint['headers'], wire: Wire): void {
  const carried = carriedHeaders(wire);
  for (const name of Object.keys(headers)) {
    if (!carried.has(name.toLowerCase())) continue;
    if (asRecord(reader.value('headers')) !== null)
      reader.wrong(
        `headers/${pointerStep(name)}`,
        "is reserved: the endpoint's wire format carries the event in it; remove it",
      );
    else
      reader.wrong(
        reader.has('wire') ? 'wire' : 'profile',
        `carries the event in ${name}, which is among the endpoint's headers; send headers without it along`,
      );
  }
}
