import type { Crypto } from '../../core/signing.ts';
import type { Io } from '../io.ts';
import type { Ask } from '../listen-queue.ts';
import { type DemoCount, type DemoFault, faultWords, OrderBook, readFaults } from './plan.ts';
import { DemoStore } from './store.ts';
import { Supplier, type SupplierParts } from './supplier.ts';

export interface DemoOptions {
  orders: number;
  /** As `readFaults` takes it. */
  faults: string;
  /** Nothing on stdout but the count. */
  json: boolean;
}

/** A server in a process of its own. */
export interface DemoServer {
  url: string;
  ask: Ask;
  /** As `kill -9` does; then starts it again on the same database and port. */
  killAndStart(): Promise<void>;
  stop(): Promise<void>;
}

/** What the demo may do to the outside. */
export interface DemoWorld extends Io {
  startServer(): Promise<DemoServer>;
  post: SupplierParts['post'];
  nowMs(): number;
  random(): number;
  /** A new secret, as hex. */
  newSecret(): string;
  wait(ms: number): Promise<void>;
  crypto: Crypto;
  /** No more orders are to be placed. */
  stopped: AbortSignal;
  /** Shows the lines in place of those shown last; null where there is no terminal. */
  picture: ((lines: readonly string[]) => void) | null;
  onKey(pressed: (key: string) => void): void;
  stop(): void;
}

const placeEveryMs = 15;
/** Slow enough for a person to watch, and to press keys. */
const placeEveryShownMs = 150;
const storeDownMs = 3000;
const lookEveryMs = 250;
/** How long the last orders may take to end once all are placed. */
const endWithinMs = 60_000;
/** Of the store's endpoint: short, for a person watches. */
const retries = ['300ms', '300ms', '500ms', '1s', '1s', '1s', '1s'];
const askAgainMs = 200;
const askTries = 150;

/**
 * `surehook demo`: a supplier, Surehook and a store on this machine, real HTTP all the way, with faults; ends with a count of the
 * orders. Exit code 0 when none was lost and none handled twice, 2 when the command line is not right.
 */
export async function runDemo(options: DemoOptions, world: DemoWorld): Promise<number> {
  const faults = readFaults(options.faults);
  if ('problem' in faults) {
    world.err(faults.problem);
    return 2;
  }
  const say = options.json ? () => {} : world.out;
  say('Starting Surehook, a supplier of digital goods, and a store …');
  for (const fault of faults) say(`  fault ${fault}: ${faultWords[fault]}`);
  const server = await world.startServer();
  const demo = new Demo(options.orders, faults, server, world, say);
  try {
    const count = await demo.run();
    if (options.json) world.out(JSON.stringify(count));
    else for (const line of countLines(count)) say(line);
    return count.lost === 0 && count.twice === 0 ? 0 : 1;
  } finally {
    await demo.close();
    await server.stop();
  }
}

class Demo {
  readonly #orders: number;
  readonly #faults: Set<DemoFault>;
  readonly #server: DemoServer;
  readonly #world: DemoWorld;
  readonly #say: (line: string) => void;
  readonly #book = new OrderBook();
  readonly #supplier: Supplier;
  readonly #store: DemoStore;
  readonly #apiKey: string;
  readonly #secret: string;
  /** What is under way besides the orders. */
  readonly #upset: Promise<unknown>[] = [];
  #placed = 0;
  #supplierUrl = '';
  #sourceId = '';
  #serverState = 'runs';

  constructor(
    orders: number,
    faults: Set<DemoFault>,
    server: DemoServer,
    world: DemoWorld,
    say: (line: string) => void,
  ) {
    this.#orders = orders;
    this.#faults = faults;
    this.#server = server;
    this.#world = world;
    this.#say = say;
    this.#secret = world.newSecret();
    this.#apiKey = world.newSecret();
    const { crypto, nowMs, random, wait, post } = world;
    const parts = { faults, crypto, nowMs, random, wait };
    this.#supplier = new Supplier({ ...parts, post, secret: this.#secret, apiKey: this.#apiKey });
    this.#store = new DemoStore({ ...parts, book: this.#book });
  }

  async run(): Promise<DemoCount> {
    const { stopped, wait } = this.#world;
    const everyMs = this.#world.picture === null ? placeEveryMs : placeEveryShownMs;
    await this.#connect();
    this.#world.onKey((key) => this.#press(key));
    const showing = this.#show();
    const placing: Promise<void>[] = [];
    const upsetAt = (share: number): boolean =>
      this.#placed === Math.max(1, Math.floor(this.#orders * share));
    for (; this.#placed < this.#orders && !stopped.aborted; await wait(everyMs)) {
      this.#placed += 1;
      placing.push(this.#place(`ORD-${this.#placed}`));
      if (upsetAt(0.4) && this.#faults.has('kill')) this.#upset.push(this.#kill());
      if (upsetAt(0.7) && this.#faults.has('store-down')) this.#upset.push(this.#storeDown());
    }
    await Promise.all(placing);
    await Promise.all(this.#upset);
    await this.#settled();
    this.#serverState = 'done';
    await showing;
    return this.#book.count();
  }

  async close(): Promise<void> {
    await this.#supplier.close();
    await this.#store.close();
  }

  /** As an integrator would: a source for the supplier, followed by orders; an endpoint for the store. */
  async #connect(): Promise<void> {
    this.#supplierUrl = await this.#supplier.start();
    const storeUrl = await this.#store.start();
    const source = await this.#ask('POST', '/v1/sources', {
      name: 'Demo supplier',
      scheme: 'digital-goods',
      secret: this.#secret,
      tracking: {
        reference: '/data/reference',
        orderId: '/data/order_id',
        states: {
          'order.created': 'pending',
          'order.fulfilled': 'fulfilled',
          'order.failed': 'failed',
          'order.refunded': 'refunded',
        },
        poll: {
          url: `${this.#supplierUrl}/v1/orders/{orderId}`,
          headers: { Authorization: `Bearer ${this.#apiKey}` },
          status: '/status',
          states: {
            pending: 'pending',
            reserved: 'pending',
            fulfilled: 'fulfilled',
            failed: 'failed',
            refunded: 'refunded',
          },
          after: '2s',
          every: '1s',
          rateLimit: { perSecond: 200 },
        },
      },
    });
    this.#sourceId = String(source.id);
    this.#supplier.tell(String(source.url));
    const endpoint = await this.#ask('POST', '/v1/endpoints', {
      url: storeUrl,
      events: ['*'],
      sources: [this.#sourceId],
      timeout: '5s',
      concurrency: 64,
      retry: { schedule: [...retries, ...retries, '2s', '5s', '10s', '30s'] },
    });
    this.#store.trust(String(endpoint.secret));
    this.#say(
      `Surehook runs at ${this.#server.url}, the supplier at ${this.#supplierUrl}, the store at ${storeUrl}`,
    );
  }

  /** The store orders from the supplier, and has Surehook follow the order. */
  async #place(reference: string): Promise<void> {
    const { post } = this.#world;
    this.#book.place(reference);
    const headers: [string, string][] = [['authorization', `Bearer ${this.#apiKey}`]];
    const body = new TextEncoder().encode(JSON.stringify({ reference, sku: 'steam-20-usd' }));
    const taken = (await post(`${this.#supplierUrl}/v1/orders`, { headers, body })) as {
      status: number;
      body?: string;
    };
    const { order_id: orderId } = JSON.parse(taken.body ?? '{}') as { order_id?: string };
    await this.#ask('POST', '/v1/orders', { sourceId: this.#sourceId, reference, orderId });
  }

  /** Asks until a server answers: it may just be starting again. */
  async #ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const { wait } = this.#world;
    for (let n = 1; ; n++) {
      const found = await this.#server.ask(method, path, body).catch(() => null);
      if (found !== null && found.status < 400) return JSON.parse(found.body) as Record<string, unknown>;
      if (found !== null && found.status < 500)
        throw new Error(`${method} ${path} was answered ${found.status}: ${found.body}`);
      if (n >= askTries) throw new Error(`No answer to ${method} ${path} for too long.`);
      await wait(askAgainMs);
    }
  }

  async #kill(): Promise<void> {
    this.#serverState = 'was killed (kill -9), starts again';
    await this.#server.killAndStart();
    this.#serverState = 'runs again';
  }

  async #storeDown(): Promise<void> {
    this.#store.isDown = true;
    await this.#world.wait(storeDownMs);
    this.#store.isDown = false;
  }

  /** Until everything is told, or nothing more is to be expected. */
  async #settled(): Promise<void> {
    const { nowMs, wait } = this.#world;
    const untilMs = nowMs() + endWithinMs;
    const isOver = (): boolean => {
      const { lost, refunded } = this.#book.count();
      return this.#supplier.isDone && lost === 0 && refunded >= this.#supplier.refunded;
    };
    while (!isOver() && nowMs() < untilMs) await wait(lookEveryMs);
  }

  #press(key: string): void {
    const names: Record<string, DemoFault> = {
      2: 'skip',
      3: 'duplicate',
      4: 'out-of-order',
      5: 'reset',
      6: 'slow',
    };
    const fault = names[key];
    if (key === 'q' || key === '\u0003') this.#world.stop();
    else if (key === '1') this.#upset.push(this.#storeDown());
    else if (key === '7') this.#upset.push(this.#kill());
    else if (fault !== undefined && !this.#faults.delete(fault)) this.#faults.add(fault);
  }

  async #show(): Promise<void> {
    const { picture, wait } = this.#world;
    if (picture === null) return;
    while (this.#serverState !== 'done') {
      picture(this.#lines());
      await wait(lookEveryMs);
    }
    picture(this.#lines());
  }

  #lines(): string[] {
    const { fulfilled, failed, refunded, lost } = this.#book.count();
    const { sent, skipped, duplicated, late, asked } = this.#supplier.figures;
    const { told, again, hungUp } = this.#store.figures;
    const ended = fulfilled + failed;
    const width = 40;
    const full = Math.round((width * ended) / this.#orders);
    const on = [...this.#faults].join(' ') || 'none';
    return [
      `orders     ${'█'.repeat(full)}${'░'.repeat(width - full)} ${ended} of ${this.#orders}`,
      `           placed ${this.#placed} · fulfilled ${fulfilled} · failed ${failed} · refunded ${refunded} · open ${lost}`,
      `supplier   webhooks sent ${sent} · forgotten ${skipped} · sent twice ${duplicated} · late ${late} · asked by Surehook ${asked} times`,
      `Surehook   ${this.#serverState}`,
      `store      ${this.#store.isDown ? 'is down' : 'runs'} · events ${told} · came again ${again} · hung up ${hungUp}`,
      `faults     ${on}`,
      'keys       1 store down · 2 skip · 3 duplicate · 4 out of order · 5 reset · 6 slow · 7 kill -9 · q no more orders',
    ];
  }
}

function countLines({ placed, fulfilled, failed, refunded, lost, twice }: DemoCount): string[] {
  return [
    '',
    `placed ${placed} = fulfilled ${fulfilled} (of them refunded ${refunded}) + failed ${failed}${lost > 0 ? ` + lost ${lost}` : ''}`,
    `lost ${lost}, handled twice ${twice}`,
  ];
}
