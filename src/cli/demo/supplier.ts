import { type Crypto, signAs } from '../../core/signing.ts';
import { answer, type Listening, listenLocally } from './listening.ts';
import type { DemoFault } from './plan.ts';

export interface SupplierParts {
  faults: ReadonlySet<DemoFault>;
  secret: string;
  /** What may ask how an order stands. */
  apiKey: string;
  crypto: Crypto;
  nowMs(): number;
  /** From 0 to 1. */
  random(): number;
  wait(ms: number): Promise<void>;
  /** Throws when nobody answers. */
  post(url: string, request: { headers: [string, string][]; body: Uint8Array }): Promise<{ status: number }>;
}

interface SuppliedOrder {
  order_id: string;
  reference: string;
  status: 'pending' | 'reserved' | 'fulfilled' | 'failed' | 'refunded';
}

/** Of the webhooks that something can happen to. */
const faultShare = 1 / 6;
const failedShare = 0.1;
const refundedShare = 0.1;
const triesAgainMs = [200, 500, 1000];
const triesMax = 120;
const balanceEvery = 50;

/** A supplier of digital goods that answers at once, delivers later, tells by webhook, and forgets some of it. */
export class Supplier {
  readonly figures = { sent: 0, skipped: 0, duplicated: 0, late: 0, asked: 0 };
  readonly #parts: SupplierParts;
  readonly #orders = new Map<string, SuppliedOrder>();
  #listening: Listening | null = null;
  #hookUrl = '';
  #eventNo = 0;
  /** What is still to be told. */
  #underWay = 0;

  constructor(parts: SupplierParts) {
    this.#parts = parts;
  }

  async start(): Promise<string> {
    this.#listening = await listenLocally((request, body, response) => {
      const { apiKey } = this.#parts;
      if (request.headers.authorization !== `Bearer ${apiKey}`)
        return answer(response, 401, { error: 'who are you?' });
      if (request.method === 'POST')
        return answer(response, 201, this.#take(JSON.parse(body.toString()).reference));
      this.figures.asked += 1;
      const order = this.#orders.get(request.url!.split('/').at(-1)!);
      return order === undefined
        ? answer(response, 404, { error: 'no such order' })
        : answer(response, 200, order);
    });
    return this.#listening.url;
  }

  /** Where webhooks go from now on. */
  tell(hookUrl: string): void {
    this.#hookUrl = hookUrl;
  }

  /** Whether everything that is to be told was told. */
  get isDone(): boolean {
    return this.#underWay === 0;
  }

  /** How many orders it took back, as it knows. */
  get refunded(): number {
    return [...this.#orders.values()].filter(({ status }) => status === 'refunded').length;
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }

  #take(reference: string): SuppliedOrder {
    const order: SuppliedOrder = {
      order_id: `SUP-${1000 + this.#orders.size}`,
      reference,
      status: 'pending',
    };
    this.#orders.set(order.order_id, order);
    this.#underWay += 1;
    void this.#deliver(order).finally(() => {
      this.#underWay -= 1;
    });
    return { ...order };
  }

  async #deliver(order: SuppliedOrder): Promise<void> {
    const { wait, random } = this.#parts;
    const told: Promise<unknown>[] = [this.#say('order.created', order)];
    await wait(100 + 300 * random());
    order.status = 'reserved';
    told.push(this.#say('order.reserved', order));
    await wait(100 + 600 * random());
    order.status = random() < failedShare ? 'failed' : 'fulfilled';
    const isTold = await this.#say(`order.${order.status}`, order);
    // Nobody asks about an order again that has ended, so what is taken back is never forgotten.
    if (order.status === 'fulfilled' && isTold && random() < refundedShare) {
      await wait(300);
      order.status = 'refunded';
      await this.#send('order.refunded', { ...order, amount: 20, currency: 'USD' });
    }
    if (this.#orders.size % balanceEvery === 0)
      told.push(this.#send('balance.low', { balance: 42.5, threshold: 100, currency: 'USD' }));
    await Promise.all(told);
  }

  /** False when it was forgotten. */
  async #say(type: string, order: SuppliedOrder): Promise<boolean> {
    const { faults, random, wait } = this.#parts;
    const happens = (fault: DemoFault): boolean => faults.has(fault) && random() < faultShare;
    const isEnd = type === 'order.fulfilled' || type === 'order.failed';
    const data = {
      ...order,
      ...(type === 'order.fulfilled' ? { items: [{ sku: 'steam-20-usd', code: 'AAAAA-BBBBB' }] } : {}),
    };
    if (happens('skip')) {
      this.figures.skipped += 1;
      return false;
    }
    if (!isEnd && happens('out-of-order')) {
      this.figures.late += 1;
      await wait(1500);
    }
    await this.#send(type, data, happens('duplicate'));
    return true;
  }

  /** Sends until it is acknowledged, as suppliers do that have learned. */
  async #send(type: string, data: object, twice = false): Promise<void> {
    const { crypto, secret, nowMs, post, wait } = this.#parts;
    const id = `wh_${++this.#eventNo}`;
    const timestamp = new Date(nowMs()).toISOString();
    const body = new TextEncoder().encode(JSON.stringify({ event: type, timestamp, data }));
    const signed = signAs(
      'digital-goods',
      { secrets: [secret], id, timestampS: nowMs() / 1000, body },
      crypto,
    );
    const headers: [string, string][] = [
      ['content-type', 'application/json'],
      ['x-webhook-id', id],
      ...Object.entries(signed),
    ];
    const once = async (): Promise<boolean> => {
      this.figures.sent += 1;
      return await post(this.#hookUrl, { headers, body }).then(
        ({ status }) => status < 300,
        () => false,
      );
    };
    if (twice) {
      this.figures.duplicated += 1;
      void once();
    }
    for (let n = 0; n < triesMax && !(await once()); n++) await wait(triesAgainMs[n] ?? 1000);
  }
}
