import { Heap, type Placed } from './heap.ts';

interface AccountTurn {
  /** Time used so far, in milliseconds of places held; who used least goes next. */
  usedMs: number;
  /** Lanes that wait, by what each has used. */
  readonly lanes: Heap<number>;
  readonly waiting: Map<number, Placed<number>>;
  /** How many of its lanes are taking the turn they got. */
  taking: number;
  /** Its place among the accounts that have a lane waiting or taking its turn. */
  placed: Placed<AccountTurn> | null;
  /** What the lane that went last had used: who comes new or comes back starts here. */
  floorMs: number;
}

/**
 * Whose turn is it, when there are fewer places than work? First the account that has used least time, then that account's
 * lane that has used least: slow endpoints pay for their slowness, and many endpoints do not buy an account a larger share.
 * Time is charged when an attempt ends. Who was away comes back level with whoever went last, so that idling saves nothing up.
 * An account whose turn is still being taken keeps its place in the order: nobody who used more goes before it meanwhile.
 * A turn is found without looking at everybody who waits, for it is under overload that many do.
 */
export class FairQueue {
  readonly #accounts = new Map<number, AccountTurn>();
  readonly #laneUsedMs = new Map<number, number>();
  readonly #order = new Heap<AccountTurn>();
  #waiting = 0;
  #floorMs = 0;

  /** How many accounts have a lane waiting. */
  get size(): number {
    return this.#waiting;
  }

  /** The lane has work and no place. Adding it again changes nothing. */
  add(accountNo: number, endpointNo: number): void {
    const account = this.#placed(accountNo);
    if (account.waiting.has(endpointNo)) return;
    if (account.waiting.size === 0) this.#waiting += 1;
    const usedMs = Math.max(this.#laneUsedMs.get(endpointNo) ?? 0, account.floorMs);
    account.waiting.set(endpointNo, account.lanes.add(endpointNo, usedMs));
  }

  /**
   * Takes out the lane whose turn it is; undefined when nobody waits, or when it is the turn of an account that is still taking
   * the one before. The lane is added again if it still wants more.
   */
  next(): number | undefined {
    const account = this.#order.first?.item;
    const lane = account?.lanes.first;
    if (account === undefined || lane === undefined) return undefined;
    const { item: endpointNo, rank: usedMs } = lane;
    this.#floorMs = account.usedMs;
    account.floorMs = usedMs;
    this.#laneUsedMs.set(endpointNo, usedMs);
    this.#takeOut(account, endpointNo);
    return endpointNo;
  }

  /** One of the account's lanes is taking its turn, which lasts until `taken`. */
  take(accountNo: number): void {
    this.#placed(accountNo).taking += 1;
  }

  taken(accountNo: number): void {
    const account = this.#accounts.get(accountNo);
    if (account === undefined) return;
    account.taking -= 1;
    this.#leave(account);
  }

  /** An attempt took this long (also charged ahead, as an estimate, when one begins). */
  charge(accountNo: number, endpointNo: number, ms: number): void {
    const account = this.#accounts.get(accountNo);
    if (account === undefined) return;
    account.usedMs += ms;
    if (account.placed !== null) this.#order.rerank(account.placed, account.usedMs);
    const lane = account.waiting.get(endpointNo);
    if (lane !== undefined) account.lanes.rerank(lane, lane.rank + ms);
    else this.#laneUsedMs.set(endpointNo, (this.#laneUsedMs.get(endpointNo) ?? 0) + ms);
  }

  /** The endpoint is gone or has nothing waiting any more. */
  remove(accountNo: number, endpointNo: number): void {
    this.#laneUsedMs.delete(endpointNo);
    const account = this.#accounts.get(accountNo);
    if (account !== undefined) this.#takeOut(account, endpointNo);
  }

  /** Forgets what was used once nobody waits or takes a turn: there is nothing to be fair about. */
  rest(): void {
    if (this.#order.size > 0) return;
    this.#accounts.clear();
    this.#laneUsedMs.clear();
    this.#floorMs = 0;
  }

  #placed(accountNo: number): AccountTurn {
    let account = this.#accounts.get(accountNo);
    if (account === undefined) {
      account = { usedMs: 0, lanes: new Heap(), waiting: new Map(), taking: 0, placed: null, floorMs: 0 };
      this.#accounts.set(accountNo, account);
    }
    if (account.placed === null) {
      account.usedMs = Math.max(account.usedMs, this.#floorMs);
      account.placed = this.#order.add(account, account.usedMs);
    }
    return account;
  }

  #takeOut(account: AccountTurn, endpointNo: number): void {
    const lane = account.waiting.get(endpointNo);
    if (lane === undefined) return;
    account.waiting.delete(endpointNo);
    account.lanes.remove(lane);
    if (account.waiting.size === 0) this.#waiting -= 1;
    this.#leave(account);
  }

  #leave(account: AccountTurn): void {
    if (account.waiting.size > 0 || account.taking > 0 || account.placed === null) return;
    this.#order.remove(account.placed);
    account.placed = null;
  }
}
