import type { DoorVerdict, NewSource, Source, SourceRequest, SourceRequestHead } from '../core/source.ts';

/** Where a list of requests goes on: what is older than these positions; null: from the newest. */
export interface RequestsPage {
  limit: number;
  before: { request: number; event: number } | null;
}

/** How many requests of a source were taken in and how many were not believed. */
export interface SourceFigures {
  accountNo: number;
  sourceId: string;
  accepted: number;
  rejected: number;
}

/** Sources, and what came through them besides events. The directory holds all sources; an accept remembers what came. */
export interface SourceStore {
  /** Past `maxSources` of the account nothing is made. */
  createSource(source: NewSource, maxSources: number): Promise<Source | 'too_many'>;
  /** Null: there is none, or no more. */
  updateSource(
    no: number,
    changes: Partial<Omit<NewSource, 'id' | 'accountNo' | 'token' | 'createdAtMs'>>,
  ): Promise<Source | null>;
  /** The numbers of all there are. */
  sourceNos(): Promise<number[]>;
  /** Its requests go with it, its events stay. */
  deleteSource(no: number, nowMs: number): Promise<void>;
  /** Keeps a request that did not become an event, and forgets the oldest of the same verdict past `limits.requestsKept` and `requestsKeptBytes`. */
  keepRequest(request: SourceRequest): Promise<void>;
  /** Null also for another account's. */
  getRequest(accountNo: number, id: string): Promise<SourceRequest | null>;
  /** A kept request became this event after all: its body is forgotten. */
  requestTaken(id: string, eventId: string): Promise<void>;
  /**
   * Newest first, those that became events included (of them `SourceRequestHead` says what the event does). `next`: where the
   * next page begins, null when there is nothing older.
   */
  listRequests(
    source: Pick<Source, 'no' | 'id' | 'accountNo'>,
    verdict: DoorVerdict | null,
    page: RequestsPage,
  ): Promise<{ rows: SourceRequestHead[]; next: { request: number; event: number } | null }>;
  /** Of every source that something came through since then; rejected ones as far as they are kept. */
  sourceFigures(sinceMs: number): Promise<SourceFigures[]>;
  /** When webhooks of this source were taken in since then, newest first, at most `limit` of them. */
  sourceMoments(input: {
    accountNo: number;
    sourceId: string;
    sinceMs: number;
    limit: number;
  }): Promise<number[]>;
}
