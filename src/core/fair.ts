/** Somebody who takes turns. */
interface Turn {
  /** Time used so far, in milliseconds of places held; who used least goes next. */
  usedMs: number;
}

interface AccountTurn extends Turn {
  /** Lanes that wait, with what each has used. */
  waiting: Map<number, Turn>;
  /** What the lane that went last had used: who comes new or comes back starts here. */
  floorMs: number;
}

/**
 * Whose turn is it, when there are fewer places than work? First the account that has used least time, then that account's
 * lane that has used least: slow endpoints pay for their slowness, and many endpoints do not buy an account a larger share.
 * Time is charged when an attempt ends. Who was away comes back level with whoever went last, so that idling saves nothing up.
 */
export class FairQueue {
  readonly #accounts = new Map<number, AccountTurn>();
  readonly #laneUsedMs = new Map<number, number>();
  readonly #waitingAccounts = new Set<number>();
  #floorMs = 0;

  get size(): number {
    return this.#waitingAccounts.size;
  }

  /** The lane has work and no place. Adding it again changes nothing. */
  add(accountNo: number, endpointNo: number): void {
    let account = this.#accounts.get(accountNo);
    if (account === undefined) {
      account = { usedMs: 0, waiting: new Map(), floorMs: 0 };
      this.#accounts.set(accountNo, account);
    }
    if (!this.#waitingAccounts.has(accountNo)) {
      account.usedMs = Math.max(account.usedMs, this.#floorMs);
      this.#waitingAccounts.add(accountNo);
    }
    if (account.waiting.has(endpointNo)) return;
    const usedMs = Math.max(this.#laneUsedMs.get(endpointNo) ?? 0, account.floorMs);
    account.waiting.set(endpointNo, { usedMs });
  }

  /** Takes out the lane whose turn it is; undefined when nobody waits. It is added again if it still wants more. */
  next(): number | undefined {
    let best: AccountTurn | undefined;
    let bestNo = -1;
    for (const accountNo of this.#waitingAccounts) {
      const account = this.#accounts.get(accountNo)!;
      if (best === undefined || account.usedMs < best.usedMs) {
        best = account;
        bestNo = accountNo;
      }
    }
    if (best === undefined) return undefined;
    const lane = leastUsed(best.waiting)!;
    this.#floorMs = best.usedMs;
    best.floorMs = lane.usedMs;
    best.waiting.delete(lane.endpointNo);
    this.#laneUsedMs.set(lane.endpointNo, lane.usedMs);
    if (best.waiting.size === 0) this.#waitingAccounts.delete(bestNo);
    return lane.endpointNo;
  }

  /** An attempt took this long (also charged ahead, as an estimate, when one begins). */
  charge(accountNo: number, endpointNo: number, ms: number): void {
    const account = this.#accounts.get(accountNo);
    if (account === undefined) return;
    account.usedMs += ms;
    const waiting = account.waiting.get(endpointNo);
    if (waiting !== undefined) waiting.usedMs += ms;
    else this.#laneUsedMs.set(endpointNo, (this.#laneUsedMs.get(endpointNo) ?? 0) + ms);
  }

  /** The endpoint is gone or has nothing waiting any more. */
  remove(accountNo: number, endpointNo: number): void {
    this.#laneUsedMs.delete(endpointNo);
    const account = this.#accounts.get(accountNo);
    if (account?.waiting.delete(endpointNo) && account.waiting.size === 0)
      this.#waitingAccounts.delete(accountNo);
  }

  /** Forgets what was used once nobody waits: there is nothing to be fair about. */
  rest(): void {
    if (this.size > 0) return;
    this.#accounts.clear();
    this.#laneUsedMs.clear();
    this.#floorMs = 0;
  }
}

function leastUsed(waiting: Map<number, Turn>): { endpointNo: number; usedMs: number } | undefined {
  let best: { endpointNo: number; usedMs: number } | undefined;
  for (const [endpointNo, turn] of waiting) {
    if (best === undefined || turn.usedMs < best.usedMs) best = { endpointNo, usedMs: turn.usedMs };
  }
  return best;
}
