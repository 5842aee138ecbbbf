import { catalogue } from '../core/catalogue.ts';
import { SurehookError } from '../core/errors.ts';
import { eventTypeCode, type TypedEvent } from '../core/event-type-code.ts';
import type { Io } from './io.ts';
import type { Ask } from './listen-queue.ts';

/** `surehook types`: prints TypeScript types of the catalogue, or of what a server knows when there is one to ask. */
export async function runTypes(io: Io & { ask: Ask | null }): Promise<number> {
  const events =
    io.ask === null ? catalogue.map((entry) => ({ ...entry, deprecated: false })) : await typesOf(io.ask);
  io.out(eventTypeCode(events).trimEnd());
  return 0;
}

async function typesOf(ask: Ask): Promise<TypedEvent[]> {
  const found: TypedEvent[] = [];
  let cursor = '';
  do {
    const { status, body } = await ask('GET', `/v1/event-types?limit=250${cursor}`);
    const page = JSON.parse(body) as { data: TypedEvent[]; nextCursor: string | null; detail?: string };
    if (status !== 200)
      throw new SurehookError('invalid', `The server answered ${status}: ${page.detail ?? ''}`);
    found.push(...page.data);
    cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
  } while (cursor !== '');
  return found;
}
