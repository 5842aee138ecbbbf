import { invalid, notFound, StoreError, SurehookError } from '../core/errors.ts';
import type { NewEvent } from '../core/event.ts';
import { idBytes, newId } from '../core/ids.ts';
import { type Inbound, type InboundRequest, judgeInbound, type Refusal } from '../core/inbound.ts';
import * as limits from '../core/limits.ts';
import type { Crypto } from '../core/signing.ts';
import type { DoorVerdict, Source, SourceRequest } from '../core/source.ts';
import type { Taken } from '../core/tokens.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { SourceStore } from '../ports/source-store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Accepter } from './accept.ts';
import type { Directory } from './directory.ts';

export interface ReceiveParts {
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
  crypto: Crypto;
  sha256(content: Uint8Array | string): string;
  store: Pick<SourceStore, 'keepRequest' | 'getRequest' | 'requestTaken'>;
  directory: Directory;
  accepter: Pick<Accepter, 'takeIn'>;
}

/** What the provider is answered. */
export type DoorAnswer =
  | { kind: 'received'; eventId: string; duplicate: boolean }
  | { kind: 'refused'; refusal: Refusal; errors: readonly { pointer: string; detail: string }[] };

/** What came of judging a kept request again. */
export interface Judgement {
  verdict: DoorVerdict;
  reason: string | null;
  detail: string | null;
  eventId: string | null;
}

/** Takes in what others tell us: verified on the raw bytes → seen before? → event and debts in one act → and only then acknowledged. */
export class Receiver {
  readonly #parts: ReceiveParts;
  /** Of each source: how many requests were kept in the present second. */
  readonly #kept = new Map<number, { sinceMs: number; count: number }>();
  #keeping: Promise<unknown> = Promise.resolve();

  constructor(parts: ReceiveParts) {
    this.#parts = parts;
  }

  /** The source behind an address; `not_found` when there is none. */
  source(token: string): Source {
    const source = this.#parts.directory.sources.byToken(token);
    if (source === null) throw new SurehookError('not_found', 'There is no source under this address.');
    return source;
  }

  /** Counts a request against the source's limit; null when it has none. */
  admit(source: Source): Taken | null {
    return this.#parts.directory.sources.take(source, this.#parts.clock.nowMs());
  }

  /** One request, whole. Resolves once what it brings is on disk; throws `unavailable` when the provider should come again. */
  async receive(source: Source, request: InboundRequest): Promise<DoorAnswer> {
    const { clock } = this.#parts;
    const beganAtMs = clock.monotonicMs();
    const atMs = clock.nowMs();
    const judged = judgeInbound(source, request, atMs, this.#parts);
    if (judged.kind === 'refused') return this.refuse(source, request, judged, request.body.length);
    const problems = this.#check(source, judged.inbound);
    if (problems.length > 0) {
      const { detail } = invalid(problems);
      return this.refuse(
        source,
        request,
        { status: 422, reason: 'schema', detail },
        request.body.length,
        problems,
      );
    }
    const { eventId, isNew } = await this.#takeIn(source, judged.inbound, atMs);
    this.#tell(source, isNew ? 'accepted' : 'duplicate', null, beganAtMs);
    if (!isNew)
      this.#keep(
        source,
        { ...request, body: new Uint8Array() },
        { verdict: 'duplicate', eventId, status: 200 },
        request.body.length,
      );
    return { kind: 'received', eventId, duplicate: !isNew };
  }

  /** Answers and remembers a request that is not taken in; `bodyBytes` also of a body that was not read to its end. */
  refuse(
    source: Source,
    request: InboundRequest,
    refusal: Refusal,
    bodyBytes: number,
    errors: readonly { pointer: string; detail: string }[] = [],
  ): DoorAnswer {
    const { status, reason, detail } = refusal;
    this.#tell(source, 'rejected', reason, this.#parts.clock.monotonicMs());
    this.#keep(source, request, { verdict: 'rejected', status, reason, detail }, bodyBytes);
    return { kind: 'refused', refusal, errors };
  }

  /**
   * Judges a kept request again by today's secrets and schemas, freshness as of its receipt; what is believed now is taken in
   * as if it had just come, once.
   */
  async judgeAgain(accountNo: number, id: string): Promise<Judgement> {
    const { store, directory } = this.#parts;
    const kept = await store.getRequest(accountNo, id);
    if (kept === null) throw notFound('source request', id);
    const source = directory.sources.ofAccount(accountNo).find(({ no }) => no === kept.sourceNo);
    if (source === undefined) throw notFound('source request', id);
    if (kept.verdict !== 'rejected') {
      const { verdict, reason, detail, eventId } = kept;
      return { verdict, reason, detail, eventId };
    }
    if (kept.body === null) {
      const detail = 'Its body was not kept, so there is nothing to judge. Let the provider send it again.';
      throw new SurehookError('conflict', detail);
    }
    const request = { ...kept, body: kept.body };
    const judged = judgeInbound(source, request, kept.atMs, this.#parts);
    if (judged.kind === 'refused')
      return { verdict: 'rejected', reason: judged.reason, detail: judged.detail, eventId: null };
    const problems = this.#check(source, judged.inbound);
    if (problems.length > 0)
      return { verdict: 'rejected', reason: 'schema', detail: invalid(problems).detail, eventId: null };
    const { eventId, isNew } = await this.#takeIn(source, judged.inbound, this.#parts.clock.nowMs());
    await store.requestTaken(id, eventId);
    return { verdict: isNew ? 'accepted' : 'duplicate', reason: null, detail: null, eventId };
  }

  /** Resolves when what was to be kept is kept. */
  idle(): Promise<unknown> {
    return this.#keeping;
  }

  #check(source: Source, { type, data }: Inbound): { pointer: string; detail: string }[] {
    return this.#parts.directory.sources.check(source, type, data);
  }

  #takeIn(source: Source, inbound: Inbound, atMs: number): Promise<{ eventId: string; isNew: boolean }> {
    const { directory, accepter, random } = this.#parts;
    const account = directory.account(source.accountNo);
    if (account === null) throw new SurehookError('not_found', 'There is no source under this address.');
    const { type, reference, data, received, key } = inbound;
    const event: NewEvent = {
      accountNo: account.no,
      id: newId('evt_', atMs, random.bytes(idBytes)),
      type,
      timestamp: new Date(atMs).toISOString(),
      data,
      reference,
      source: source.id,
      origin: 'webhook',
      traceId: null,
      createdAtMs: atMs,
      received,
    };
    return accepter.takeIn(account, event, { sourceNo: source.no, key });
  }

  #tell(source: Source, verdict: DoorVerdict, reason: string | null, beganAtMs: number): void {
    const { telemetry, clock } = this.#parts;
    const durationMs = clock.monotonicMs() - beganAtMs;
    telemetry.received({ source, verdict, reason, durationMs });
  }

  /** Kept for people, so nobody waits for it; a flood is counted only. */
  #keep(
    source: Source,
    { method, url, headers, body }: InboundRequest,
    more: Pick<SourceRequest, 'verdict' | 'status'> & Partial<SourceRequest>,
    bodyBytes: number,
  ): void {
    const { clock, random, store, telemetry } = this.#parts;
    const atMs = clock.nowMs();
    if (!this.#mayKeep(source.no, atMs)) return;
    const keeping = store.keepRequest({
      reason: null,
      detail: null,
      eventId: null,
      ...more,
      id: newId('srq_', atMs, random.bytes(idBytes)),
      sourceNo: source.no,
      atMs,
      method,
      url,
      headers,
      bodyBytes,
      // Nothing can be judged again of what was cut.
      body: body.length === bodyBytes ? body : null,
    });
    this.#keeping = Promise.all([
      this.#keeping,
      keeping.catch((error: unknown) => {
        if (!(error instanceof StoreError || error instanceof SurehookError)) throw error;
        telemetry.warn('a request that was not taken in could not be kept', {
          source: source.id,
          cause: error.message,
        });
      }),
    ]);
  }

  #mayKeep(sourceNo: number, nowMs: number): boolean {
    const known = this.#kept.get(sourceNo);
    if (known === undefined || nowMs - known.sinceMs >= 1000 || nowMs < known.sinceMs) {
      this.#kept.set(sourceNo, { sinceMs: nowMs, count: 1 });
      return true;
    }
    known.count += 1;
    return known.count <= limits.requestsKeptPerS;
  }
}
