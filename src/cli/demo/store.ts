import { type Crypto, verifyAs } from '../../core/signing.ts';
import { answer, type Listening, listenLocally } from './listening.ts';
import type { DemoFault, OrderBook } from './plan.ts';

export interface StoreParts {
  faults: ReadonlySet<DemoFault>;
  book: OrderBook;
  crypto: Crypto;
  nowMs(): number;
  random(): number;
  wait(ms: number): Promise<void>;
}

const faultShare = 1 / 12;
const slowMs = 1000;

/** A store that is told what became of its orders: verifies, remembers the event's id, writes it down, answers. */
export class DemoStore {
  readonly figures = { told: 0, again: 0, refused: 0, hungUp: 0 };
  readonly #parts: StoreParts;
  #listening: Listening | null = null;
  #secret = '';
  isDown = false;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  async start(): Promise<string> {
    const { faults, random, wait } = this.#parts;
    this.#listening = await listenLocally(async (request, body, response) => {
      if (this.isDown || (faults.has('reset') && random() < faultShare)) {
        this.figures.hungUp += 1;
        request.socket.destroy();
        return;
      }
      if (faults.has('slow') && random() < faultShare) await wait(slowMs);
      answer(response, this.#hear(request.headers, body), {});
    });
    return `${this.#listening.url}/hooks`;
  }

  /** What webhooks are signed with from now on. */
  trust(secret: string): void {
    this.#secret = secret;
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }

  #hear(headers: Record<string, string | string[] | undefined>, body: Buffer): number {
    const { crypto, nowMs, book } = this.#parts;
    const request = { headers, body, secrets: [this.#secret], fields: {}, nowS: nowMs() / 1000 };
    if (!verifyAs('standard', request, crypto).valid) {
      this.figures.refused += 1;
      return 401;
    }
    // What the supplier said, within what Surehook says of it.
    const { type, data } = JSON.parse(body.toString()) as {
      type: string;
      data: { data: { reference?: string } };
    };
    const isNew = book.hear(String(headers['webhook-id']), type, data.data.reference ?? '');
    this.figures[isNew ? 'told' : 'again'] += 1;
    return 200;
  }
}
