import type { DoorVerdict, SourceRequestHead } from '../../core/source.ts';
import type { NewSealedSource, SealedRequest, SealedSource } from '../sealed-sources.ts';
import type { SourceStore } from '../source-store.ts';
import type { Row } from './row.ts';

/** What no query asks for is kept together as JSON. */
type Config = Omit<NewSealedSource, 'id' | 'accountNo' | 'sealed' | 'createdAtMs' | 'updatedAtMs'>;

/** What no query asks for, as it is written. */
export function sourceConfigOf(source: NewSealedSource | SealedSource): string {
  const config: Config & Partial<SealedSource> = { ...source };
  for (const name of ['no', 'id', 'accountNo', 'sealed', 'createdAtMs', 'updatedAtMs'] as const)
    delete config[name];
  return JSON.stringify(config);
}

/** A source as its row tells it. */
export function sourceOf(row: Row): SealedSource {
  return {
    ...(JSON.parse(row.config as string) as Config),
    no: row.no as number,
    id: row.id as string,
    accountNo: row.account_no as number,
    sealed: row.secrets as Uint8Array,
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
  };
}

/** A request that was kept, as its row tells it. */
export function requestHeadOf(row: Row): SourceRequestHead {
  return {
    id: row.id as string,
    atMs: row.at as number,
    verdict: row.verdict as DoorVerdict,
    reason: row.reason as string | null,
    detail: row.detail as string | null,
    status: row.status as number,
    method: row.method as string,
    bodyBytes: row.body_bytes as number,
    eventId: row.event_id as string | null,
  };
}

/** A request that became an event: what was kept of it is the event. */
function requestHeadOfEvent(row: Row): SourceRequestHead {
  return {
    id: row.id as string,
    atMs: row.created_at as number,
    verdict: 'accepted',
    reason: null,
    detail: null,
    status: 200,
    method: 'POST',
    bodyBytes: row.bytes as number,
    eventId: row.id as string,
  };
}

/** A request as its row tells it, with what came. */
export function requestOf(row: Row): SealedRequest {
  return {
    ...requestHeadOf(row),
    sourceNo: row.source_no as number,
    head: row.head as Uint8Array,
    body: row.body as Uint8Array | null,
  };
}

type Listed = Awaited<ReturnType<SourceStore['listRequests']>>;

/** One page of two lists made one, newest first; each list holds one row more than the page if there are more. */
export function mergeRequests(
  kept: Row[],
  events: Row[],
  at: NonNullable<Listed['next']>,
  limit: number,
): Listed {
  const rows: SourceRequestHead[] = [];
  const next = { ...at };
  while (rows.length < limit) {
    const [request] = kept;
    const [event] = events;
    if (request === undefined && event === undefined) return { rows, next: null };
    if (
      event === undefined ||
      (request !== undefined && (request.at as number) >= (event.created_at as number))
    ) {
      rows.push(requestHeadOf(kept.shift()!));
      next.request = request!.no as number;
    } else {
      rows.push(requestHeadOfEvent(events.shift()!));
      next.event = event.seq as number;
    }
  }
  return { rows, next: kept.length + events.length > 0 ? next : null };
}
