import type { Bin, CaughtRequest, NewBin } from '../core/bin.ts';

/** Bins and what they caught. */
export interface BinStore {
  /** Past `maxBins` of the account nothing is made. */
  createBin(bin: NewBin, maxBins: number): Promise<Bin | 'too_many'>;
  /** As it is to be from now on, counting anew. False: there is none. */
  updateBin(bin: Bin): Promise<boolean>;
  /** What it caught goes with it. */
  deleteBin(no: number): Promise<void>;
  /** Of one account, newest first. */
  bins(accountNo: number): Promise<Bin[]>;
  /** Of any account. */
  binById(id: string): Promise<Bin | null>;
  /**
   * Counts and keeps a request, answered as the bin's behaviour says, and forgets the oldest past `limits.binRequestsKept` and
   * `binKeptBytes`. Answers the bin as it was then and the status; null: there is none.
   */
  catchRequest(
    binNo: number,
    request: Omit<CaughtRequest, 'status'>,
  ): Promise<{ bin: Bin; status: number | null } | null>;
  /** Newest first, older than `before`; or, with `after`, newer than that request, oldest first. Ends early past `maxBytes` of bodies, not before the first. */
  listCaught(
    binNo: number,
    page:
      | { limit: number; maxBytes: number; before: number | null }
      | { limit: number; maxBytes: number; after: number },
  ): Promise<{ no: number; request: CaughtRequest }[]>;
}
