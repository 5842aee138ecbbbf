import type { Socket } from 'node:net';
import pg from 'pg';
import { StoreError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';
import type { News } from '../../ports/store.ts';
import { configOf } from './connections.ts';
import { isFull, storeErrorOf } from './errors.ts';
import { requirePrimary } from './server.ts';
import { Session } from './session.ts';

const channel = 'surehook';
/** What nodes say that nobody relies on; apart, so that versions before it do not take it for news. */
const talk = 'surehook_talk';

/**
 * One connection apart from all work: it carries the heartbeat, which must not wait behind anything, and what nodes tell each
 * other. What is told within a moment goes out once.
 */
export class Link {
  readonly #url: string;
  readonly #makeRoom: () => Promise<void>;
  #client: Promise<pg.Client> | null = null;
  #hear: ((news: News) => void) | null = null;
  #overhear: (text: string) => void = () => {};
  readonly #told = new Set<News>();
  #telling: NodeJS.Timeout | null = null;
  #again: NodeJS.Timeout | null = null;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  /** `makeRoom`: gives another connection up, when the server has none left for this one. */
  constructor(url: string, makeRoom: () => Promise<void>) {
    this.#url = url;
    this.#makeRoom = makeRoom;
  }

  /** One after another, for they share a connection. */
  act<T>(act: (session: Session) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      const client = await this.#connected();
      try {
        return await act(new Session(client));
      } catch (error) {
        // What went without an answer may go without one for ever, though the connection looks open.
        if (!(error instanceof pg.DatabaseError)) this.#drop(client);
        throw error;
      }
    });
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn.catch((error) => {
      throw storeErrorOf(error) ?? error;
    });
  }

  watch(hear: (news: News) => void): void {
    this.#hear = hear;
    this.#reconnect(0);
  }

  /** As if another node had told it. */
  hear(news: News): void {
    this.#hear?.(news);
  }

  tell(news: News): void {
    this.#told.add(news);
    this.#sendIn(limits.tellEveryMs);
  }

  whisper(text: string): void {
    if (this.#closed) return;
    void this.act((session) => session.run('SELECT pg_notify(?, ?)', talk, text)).catch(() => undefined);
  }

  overhear(hear: (text: string) => void): void {
    this.#overhear = hear;
  }

  async close(): Promise<void> {
    if (this.#telling !== null) clearTimeout(this.#telling);
    await this.#send();
    this.#closed = true;
    if (this.#again !== null) clearTimeout(this.#again);
    const client = await this.#client?.catch(() => null);
    await client?.end().catch(() => undefined);
  }

  #sendIn(delayMs: number): void {
    if (this.#closed) return;
    this.#telling ??= setTimeout(() => {
      this.#telling = null;
      void this.#send();
    }, delayMs).unref();
  }

  /** What cannot be told now is told once it can: others may be working by what is no longer true. */
  async #send(): Promise<void> {
    const told = [...this.#told];
    this.#told.clear();
    for (const news of told) {
      try {
        await this.act((session) => session.run('SELECT pg_notify(?, ?)', channel, news));
      } catch {
        this.#told.add(news);
      }
    }
    if (this.#told.size > 0) this.#sendIn(limits.listenAgainMs);
  }

  /** Not ended in good form: nobody may be there to answer that. */
  #drop(client: pg.Client): void {
    client.removeAllListeners('end');
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    this.#lost();
  }

  #lost(): void {
    this.#client = null;
    if (this.#hear !== null) this.#reconnect(limits.listenAgainMs);
  }

  #connected(): Promise<pg.Client> {
    if (this.#closed) throw new StoreError('The store is closed.', false);
    this.#client ??= this.#connect().catch((error) => {
      this.#client = null;
      if (isFull(error)) void this.#makeRoom();
      throw error;
    });
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(configOf(this.#url));
    client.once('end', () => this.#lost());
    // The end follows.
    client.on('error', () => {});
    await client.connect();
    try {
      await requirePrimary(client);
      if (this.#hear !== null) await this.#listen(client);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async #listen(client: pg.Client): Promise<void> {
    const own = (client as unknown as { processID: number }).processID;
    client.on('notification', ({ processId, channel: heardOn, payload = '' }) => {
      if (processId === own) return;
      if (heardOn === talk) this.#overhear(payload);
      else this.#hear?.(payload as News);
    });
    await client.query(`LISTEN ${channel}`);
    await client.query(`LISTEN ${talk}`);
  }

  /** After a gap anything may have been told. */
  #reconnect(delayMs: number): void {
    if (this.#closed) return;
    if (this.#again !== null) clearTimeout(this.#again);
    this.#again = setTimeout(async () => {
      this.#again = null;
      try {
        await this.#connected();
        if (delayMs > 0) for (const news of ['directory', 'lanes'] as const) this.#hear?.(news);
      } catch {
        this.#reconnect(limits.listenAgainMs);
      }
    }, delayMs).unref();
  }
}
