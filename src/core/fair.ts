import { Heap, type Placed } from './heap.ts';
import * as limits from './limits/dispatch.ts';

interface LaneTurn {
  /** Time used in `era`, in milliseconds of places held. */
  usedMs: number;
  era: number;
  /** Its place among its account's lanes that wait. */
  placed: Placed<number> | null;
}

interface AccountTurn {
  /** Time used in `era`, in milliseconds of places held; who used least goes next. */
  usedMs: number;
  era: number;
  /** Lanes that wait, by what each has used, and how many they are. */
  readonly lanes: Heap<number>;
  waiting: number;
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
  readonly #lanes = new Map<number, LaneTurn>();
  readonly #order = new Heap<AccountTurn>();
  #waiting = 0;
  #floorMs = 0;
  /** From one rest to the next: what was used before counts no longer. */
  #era = 0;

  /** How many accounts have a lane waiting. */
  get size(): number {
    return this.#waiting;
  }

  /** How many accounts and lanes have a record; fewer than `turnsRemembered` after a rest. */
  get remembered(): number {
    return this.#accounts.size + this.#lanes.size;
  }

  /** The lane has work and no place. Adding it again changes nothing. */
  add(accountNo: number, endpointNo: number): void {
    const account = this.#placed(accountNo);
    const lane = this.#lane(endpointNo);
    if (lane.placed !== null) return;
    if (account.waiting === 0) this.#waiting += 1;
    account.waiting += 1;
    lane.placed = account.lanes.add(endpointNo, Math.max(lane.usedMs, account.floorMs));
  }

  /**
   * Takes out the lane whose turn it is; undefined when nobody waits, or when it is the turn of an account that is still taking
   * the one before. The lane is added again if it still wants more.
   */
  next(): number | undefined {
    const account = this.#order.first?.item;
    const first = account?.lanes.first;
    if (account === undefined || first === undefined) return undefined;
    const { item: endpointNo, rank: usedMs } = first;
    this.#floorMs = account.usedMs;
    account.floorMs = usedMs;
    this.#lane(endpointNo).usedMs = usedMs;
    this.#takeOut(account, endpointNo);
    return endpointNo;
  }

  /** One of the account's lanes is taking its turn, which lasts until `taken`. */
  take(accountNo: number): void {
    this.#placed(accountNo).taking += 1;
  }

  /** That turn is over. The account keeps its place in the order for lanes that wait and turns that are still being taken, not longer. */
  taken(accountNo: number): void {
    const account = this.#accounts.get(accountNo);
    if (account === undefined) return;
    account.taking -= 1;
    this.#leave(account);
  }

  /** An attempt took this long (also charged ahead, as an estimate, when one begins). */
  charge(accountNo: number, endpointNo: number, ms: number): void {
    const account = this.#accounts.get(accountNo);
    if (account === undefined || account.era !== this.#era) return;
    account.usedMs += ms;
    if (account.placed !== null) this.#order.rerank(account.placed, account.usedMs);
    const lane = this.#lane(endpointNo);
    if (lane.placed !== null) account.lanes.rerank(lane.placed, lane.placed.rank + ms);
    else lane.usedMs += ms;
  }

  /** The endpoint is gone or has nothing waiting any more. */
  remove(accountNo: number, endpointNo: number): void {
    const account = this.#accounts.get(accountNo);
    if (account !== undefined) this.#takeOut(account, endpointNo);
    this.#lanes.delete(endpointNo);
  }

  /**
   * Forgets what was used once nobody waits or takes a turn: there is nothing to be fair about. That is so many times in a
   * second, so the records stay and are filled again: a map that is cleared is made anew each time, among old objects.
   */
  rest(): void {
    if (this.#order.size > 0) return;
    this.#era += 1;
    this.#floorMs = 0;
    if (this.remembered < limits.turnsRemembered) return;
    this.#accounts.clear();
    this.#lanes.clear();
  }

  #lane(endpointNo: number): LaneTurn {
    let lane = this.#lanes.get(endpointNo);
    if (lane === undefined) {
      lane = { usedMs: 0, era: this.#era, placed: null };
      this.#lanes.set(endpointNo, lane);
    } else if (lane.era !== this.#era) {
      lane.usedMs = 0;
      lane.era = this.#era;
    }
    return lane;
  }

  #placed(accountNo: number): AccountTurn {
    let account = this.#accounts.get(accountNo);
    if (account === undefined) {
      account = {
        usedMs: 0,
        era: this.#era,
        lanes: new Heap(),
        waiting: 0,
        taking: 0,
        placed: null,
        floorMs: 0,
      };
      this.#accounts.set(accountNo, account);
    } else if (account.era !== this.#era) {
      account.usedMs = 0;
      account.era = this.#era;
      account.floorMs = 0;
    }
    if (account.placed === null) {
      account.usedMs = Math.max(account.usedMs, this.#floorMs);
      account.placed = this.#order.add(account, account.usedMs);
    }
    return account;
  }

  #takeOut(account: AccountTurn, endpointNo: number): void {
    const lane = this.#lanes.get(endpointNo);
    if (lane === undefined || lane.placed === null) return;
    account.lanes.remove(lane.placed);
    lane.placed = null;
    account.waiting -= 1;
    if (account.waiting === 0) this.#waiting -= 1;
    this.#leave(account);
  }

  #leave(account: AccountTurn): void {
    if (account.waiting > 0 || account.taking > 0 || account.placed === null) return;
    this.#order.remove(account.placed);
    account.placed = null;
  }
}
