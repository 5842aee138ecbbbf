import type { DeliveryView } from '../core/delivery.ts';
import type { Replay, ReplayFilter } from '../core/replay.ts';

/** What a replay would put back. */
export interface ReplayPlan {
  /** Of those that were looked at. */
  total: number;
  /** False: more were there than may be looked at, so that there may be more than `total`. */
  isWhole: boolean;
  /** In the order in which they would go. */
  sample: DeliveryView[];
}

/** Where a replay is among the deliveries of its account that ended in one state: by endpoint, then by key. */
export interface ReplayPlace {
  endpointNo: number;
  key: number;
}

/** Part of a count. */
export interface ReplayCount {
  count: number;
  /** Where to go on; null: this was the end. */
  next: ReplayPlace | null;
}

/** Replays: jobs that put deliveries back. Those that are not the account's are not found. */
export interface ReplayStore {
  createReplay(input: {
    id: string;
    accountNo: number;
    filter: ReplayFilter;
    perSecond: number | null;
    /** As it was counted at this time. */
    total: number;
    nowMs: number;
  }): Promise<Replay>;
  /** How many a replay with this filter that starts now would put back, of up to `rows` that are looked at from a place on. */
  countReplay(input: {
    accountNo: number;
    filter: ReplayFilter;
    nowMs: number;
    from: ReplayPlace | null;
    rows: number;
  }): Promise<ReplayCount>;
  /** What a replay with this filter would put back: how many of the first `rows` that may be looked at, and the first `limit` of them. */
  planReplay(input: {
    accountNo: number;
    filter: ReplayFilter;
    nowMs: number;
    rows: number;
    limit: number;
  }): Promise<ReplayPlan>;
  getReplay(input: { accountNo: number; id: string }): Promise<Replay | null>;
  listReplays(input: { accountNo: number; limit: number; before: number | null }): Promise<Replay[]>;
  /** One that is done stays so; null: the account has none with this id. The same goes for the next two. */
  cancelReplay(input: { accountNo: number; id: string; nowMs: number }): Promise<Replay | null>;
  pauseReplay(input: { accountNo: number; id: string }): Promise<Replay | null>;
  /** A paused replay runs again: what was taken back is put back with a fresh schedule. */
  resumeReplay(input: { accountNo: number; id: string }): Promise<Replay | null>;
  /**
   * Puts back up to `limit` more deliveries of a running replay, as its rate lets it, or takes back what a cancelled or paused one
   * has waiting. `more`: call again, even if nothing moved; what such a replay has under way is taken back only once its attempt
   * has ended.
   */
  stepReplay(input: {
    no: number;
    limit: number;
    nowMs: number;
  }): Promise<{ replay: Replay; moved: number; more: boolean; endpointNos: number[] }>;
  /** Replays that run, or are cancelled or paused with work still waiting. */
  openReplays(): Promise<Replay[]>;
}
