import { deliveryKey } from '../../src/core/delivery.ts';
import type { Replay, ReplayFilter } from '../../src/core/replay.ts';
import type { ReplayCount } from '../../src/ports/replay-store.ts';
import type { Ledger } from './ledger.ts';
import { end, type Tracked } from './tracked.ts';
import type { World } from './world.ts';

interface ReplayRecord {
  replay: Replay;
  filter: ReplayFilter;
  upper: number;
  fed: boolean;
}

type Selected = Pick<ReplayRecord, 'filter' | 'upper'> & {
  replay: Pick<Replay, 'accountNo' | 'startedAtMs'>;
};

/** Follows what people do with deliveries: retry, cancel, replay. */
export class Replays {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly all = new Map<number, ReplayRecord>();

  constructor(world: World, ledger: Ledger) {
    this.#world = world;
    this.#ledger = ledger;
  }

  requeue(
    { accountNo, keys }: { accountNo: number; keys: number[] },
    { requeued }: { requeued: number },
  ): void {
    let moved = 0;
    for (const key of keys) {
      const one = this.#ledger.tracked.get(key);
      if (one === undefined || one.event.accountNo !== accountNo || one.record.deleted || one.lease !== null)
        continue;
      moved += 1;
      if (one.state === 'open') one.notBeforeMs = 0;
      else this.#putBack(one, null);
    }
    if (moved !== requeued)
      this.#fail('13 replay', `${requeued} of ${keys.length} were put back instead of ${moved}`);
  }

  #putBack(one: Tracked, replayNo: number | null): void {
    if (one.state !== 'open') one.before = one.state;
    one.state = 'open';
    one.lease = null;
    one.tries = 0;
    one.notBeforeMs = 0;
    one.putBack = true;
    one.replayNo = replayNo;
  }

  cancel({ key, nowMs }: { key: number; nowMs: number }, result: { endpointNo: number } | string): void {
    const one = this.#ledger.tracked.get(key);
    if (one === undefined || one.record.deleted) return;
    const isCancelled = typeof result !== 'string';
    if (isCancelled !== (one.state === 'open'))
      this.#fail('3 state', `cancelling ${key}, which is ${one.state}, says ${JSON.stringify(result)}`);
    if (!isCancelled) return;
    // What is under way stays leased until its attempt has ended.
    const { lease } = one;
    end(one, 'cancelled', nowMs);
    one.lease = lease;
  }

  createReplay({ filter }: { filter: ReplayFilter }, replay: Replay): void {
    const record = {
      replay,
      filter,
      upper: deliveryKey(this.#ledger.lastSeq + 1, 0),
      fed: replay.status === 'done',
    };
    this.all.set(replay.no, record);
  }

  countReplay(
    { accountNo, filter, nowMs }: { accountNo: number; filter: ReplayFilter; nowMs: number },
    { count }: ReplayCount,
  ): void {
    const replay = { accountNo, startedAtMs: nowMs };
    const { length } = this.#matching({ replay, filter, upper: Number.MAX_SAFE_INTEGER });
    if (length !== count) this.#fail('13 replay', `${count} are counted for a replay instead of ${length}`);
  }

  #matching({ replay, filter, upper }: Selected): Tracked[] {
    return [...this.#ledger.tracked.values()].filter((one) => {
      if (one.event.accountNo !== replay.accountNo || one.record.deleted || one.lease !== null) return false;
      if (one.state === 'open' || one.endedAtMs > replay.startedAtMs) return false;
      if (filter.keys !== null) return filter.keys.includes(one.key);
      if (one.state !== filter.state || one.key >= upper) return false;
      return filter.endpointNo === null || one.record.endpoint.no === filter.endpointNo;
    });
  }

  replayIs(replay: Replay | null): void {
    const record = replay === null ? undefined : this.all.get(replay.no);
    if (record !== undefined && replay !== null) record.replay = replay;
  }

  stepReplay({ no }: { no: number }, { replay, moved }: { replay: Replay; moved: number }): void {
    const record = this.all.get(no)!;
    let expected = 0;
    if (record.replay.status === 'cancelled') {
      for (const one of this.#ledger.tracked.values()) {
        if (one.replayNo !== no || one.state !== 'open' || one.lease !== null || one.record.deleted) continue;
        expected += 1;
        end(one, one.before, one.endedAtMs);
      }
    } else if (!record.fed) {
      record.fed = true;
      for (const one of this.#matching(record)) {
        expected += 1;
        this.#putBack(one, no);
      }
    }
    this.replayIs(replay);
    if (expected !== moved) this.#fail('13 replay', `replay ${no} moved ${moved} instead of ${expected}`);
  }

  #fail(invariant: string, detail: string): void {
    this.#world.kernel.fail(invariant, detail);
  }
}
