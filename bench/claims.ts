import { openPostgresStore } from '../src/adapters/postgres/open.ts';
import type { ClaimRequest, Store } from '../src/ports/store.ts';
import type { Vault } from '../src/ports/vault.ts';
import { nowMs } from './clock.ts';
import { queryOn } from './postgres.ts';
import { median } from './summary.ts';

/** How many deliveries a claim takes at each endpoint. */
export const claimTake = 20;
/** So that everything that waits is due, whenever it was meant for. */
const aheadMs = 86_400_000;
const vault: Vault = { seal: () => new Uint8Array(), open: () => '' };

/** Claims from one database, next to claims from others: one after another, so that what else the machine does meets all. */
export class Claims {
  readonly #store: Store;
  readonly #epoch: number;
  readonly #requests: ClaimRequest[];
  #tookMs: number[] = [];

  private constructor(store: Store, epoch: number, requests: ClaimRequest[]) {
    this.#store = store;
    this.#epoch = epoch;
    this.#requests = requests;
  }

  static async open(url: string): Promise<Claims> {
    const store = await openPostgresStore({ url, vault, durable: true });
    const { epoch } = await store.join({ nodeName: 'bench', nowMs: Date.now() });
    const rows = await queryOn(url, 'SELECT DISTINCT endpoint_no AS no FROM open_delivery ORDER BY no');
    const requests = rows.map(({ no }) => ({
      endpointNo: Number(no),
      take: { first: claimTake, retry: 0, replayed: 0 },
    }));
    return new Claims(store, epoch, requests);
  }

  /** Claims at every endpoint and gives everything back; only the claim is timed. */
  async cycle(): Promise<void> {
    const epoch = this.#epoch;
    const atMs = Date.now() + aheadMs;
    const startMs = nowMs();
    const results = await this.#store.claim({ epoch, requests: this.#requests, nowMs: atMs });
    this.#tookMs.push(nowMs() - startMs);
    const owed = results.flatMap((one) => one.owed);
    if (owed.length !== this.#requests.length * claimTake)
      throw new Error(`${owed.length} deliveries were claimed`);
    await this.#store.release({ epoch, owed, nowMs: atMs });
  }

  /** Of one claimed delivery since the last time this was asked, in microseconds. */
  medianUs(): number {
    const us = (median(this.#tookMs) * 1000) / (this.#requests.length * claimTake);
    this.#tookMs = [];
    return us;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
