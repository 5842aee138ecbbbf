import { SurehookError } from '../core/errors.ts';
import type { LocalRequest } from '../core/local-request.ts';

/** One request to the server. Throws when nobody answers. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: string }>;

/** What a queue on the server hands out. */
export interface QueueSettings {
  name: string;
  events: string[];
  /** Null: what is published by API; else those sources. */
  sources: string[] | null;
  profile: string;
  secret: string | null;
}

/** A message under a lease. */
export interface Message extends LocalRequest {
  /** The delivery's. */
  id: string;
  reference: string | null;
}

/** Tries that the server hands a message out for: a receiver that is not there yet uses them up, one every few seconds. */
const triesAgain = 100;
const pageMax = 250;
/** Short, for a message whose answer is lost with the connection comes again only after it; what is over counts all the same, for nobody else asks. */
const lease = '3s';

/** A queue of the server that belongs to one `surehook listen`: kept there under its name, so that what comes in between waits. */
export class Queue {
  readonly id: string;
  readonly secret: string;
  readonly isNew: boolean;
  readonly #ask: Ask;
  /** Done here, and the server may not know it. */
  readonly #unacknowledged = new Set<string>();

  private constructor(ask: Ask, found: { id: string; secret: string; isNew: boolean }) {
    this.#ask = ask;
    this.id = found.id;
    this.secret = found.secret;
    this.isNew = found.isNew;
  }

  /** The queue of that name as it is to be, made if there is none. */
  static async open(ask: Ask, settings: QueueSettings): Promise<Queue> {
    const { name, events, sources, profile, secret } = settings;
    const known = await findQueue(ask, name);
    const wanted = { events, sources, profile, ...(secret === null ? {} : { secret }) };
    if (known === null) {
      const body = {
        ...wanted,
        url: 'pull:',
        description: `surehook listen --name ${name}`,
        retry: { schedule: Array.from({ length: triesAgain }, () => '1s') },
        metadata: { listen: name },
      };
      const made = await must(ask('POST', '/v1/endpoints', body));
      return new Queue(ask, { id: String(made.id), secret: String(made.secret ?? ''), isNew: true });
    }
    const { secret: given, ...changes } = wanted;
    await must(ask('PATCH', `/v1/endpoints/${known}`, changes));
    if (given !== undefined)
      await must(ask('POST', `/v1/endpoints/${known}/rotate-secret`, { secret: given, overlap: '0s' }));
    const held = await must(ask('GET', `/v1/endpoints/${known}/secret`));
    return new Queue(ask, { id: known, secret: String(held.secret ?? ''), isNew: false });
  }

  /** The next message, leased; null when none came for a while. What was done and could not be acknowledged comes again and is not handed on. */
  async next(waitS: number): Promise<Message | null> {
    await this.#acknowledge();
    const asked = { max: 1, wait: `${waitS}s`, lease, request: true };
    const { data } = (await must(this.#ask('POST', `/v1/endpoints/${this.id}/receive`, asked))) as {
      data: RawMessage[];
    };
    const [message] = data;
    if (message === undefined) return null;
    if (this.#unacknowledged.has(message.id)) {
      await this.#acknowledge();
      return null;
    }
    const { id, eventId, type, reference, request } = message;
    const body = Uint8Array.from(atob(request.bodyBase64), (character) => character.charCodeAt(0));
    return { id, eventId, type, reference, headers: request.headers, body };
  }

  /** Done: never to come again. */
  async done({ id }: Message): Promise<void> {
    this.#unacknowledged.add(id);
    await this.#acknowledge();
  }

  /** To come again after a while. */
  async later({ id }: Message, delayS: number): Promise<void> {
    await must(this.#ask('POST', `/v1/endpoints/${this.id}/nack`, { ids: [id], delay: `${delayS}s` }));
  }

  async #acknowledge(): Promise<void> {
    const ids = [...this.#unacknowledged];
    if (ids.length === 0) return;
    await must(this.#ask('POST', `/v1/endpoints/${this.id}/ack`, { ids }));
    for (const id of ids) this.#unacknowledged.delete(id);
  }
}

interface RawMessage {
  id: string;
  eventId: string;
  type: string;
  reference: string | null;
  request: { headers: [string, string][]; bodyBase64: string };
}

/** Takes a queue off the server, with what waits in it; false when there is none. */
export async function removeQueue(ask: Ask, name: string): Promise<boolean> {
  const known = await findQueue(ask, name);
  if (known === null) return false;
  await must(ask('DELETE', `/v1/endpoints/${known}`));
  return true;
}

async function findQueue(ask: Ask, name: string): Promise<string | null> {
  let cursor = '';
  do {
    const page = (await must(ask('GET', `/v1/endpoints?limit=${pageMax}${cursor}`))) as {
      data: { id: string; url: string; metadata: Record<string, unknown> }[];
      nextCursor: string | null;
    };
    const found = page.data.find(({ url, metadata }) => url === 'pull:' && metadata.listen === name);
    if (found !== undefined) return found.id;
    cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
  } while (cursor !== '');
  return null;
}

/** The answer as JSON. Throws a SurehookError for a refusal, and as if nobody answered for what comes while a server starts or ends. */
async function must(asking: ReturnType<Ask>): Promise<Record<string, unknown>> {
  const { status, body } = await asking;
  if (status >= 500) throw new Error(`it answered ${status}`);
  const value = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
  if (status < 400) return value;
  const problems = (value.errors ?? []) as { pointer: string; detail: string }[];
  const lines = [value.detail, ...problems.map(({ pointer, detail }) => `${pointer} ${detail}`)];
  throw new SurehookError('invalid', `The server answered ${status}: ${lines.join(' ')}`);
}
