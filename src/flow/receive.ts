import { invalid, notFound, type Problem, StoreError, SurehookError } from '../core/errors.ts';
import type { NewEvent } from '../core/event.ts';
import { idBytes, newId } from '../core/ids.ts';
import {
  type Inbound,
  type InboundRequest,
  type Judged,
  judgeInbound,
  presetFor,
  type Refusal,
} from '../core/inbound.ts';
import * as limits from '../core/limits/sources.ts';
import type { Crypto } from '../core/signing.ts';
import type { DoorVerdict, Source, SourceRequest } from '../core/source.ts';
import type { Answer, Handshake } from '../core/sources/preset.ts';
import { ackOf } from '../core/sources/presets.ts';
import type { Taken } from '../core/tokens.ts';
import { orderNewsOf } from '../core/tracking.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { SourceStore } from '../ports/source-store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Accepter } from './accept.ts';
import type { Certificates } from './certificates.ts';
import type { Directory } from './directory.ts';
import { InFlight } from './in-flight.ts';
import type { Newcomers } from './newcomers.ts';

export interface ReceiveParts {
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
  crypto: Crypto;
  store: Pick<SourceStore, 'keepRequest' | 'getRequest' | 'requestTaken'>;
  directory: Directory;
  accepter: Pick<Accepter, 'takeIn'>;
  certificates: Certificates;
  /** Null: nobody else makes sources. */
  newcomers: Newcomers | null;
}

/** What the provider is answered: what it wants to hear, or why its request is not taken in. */
export type DoorAnswer =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'refused'; refusal: Refusal; problems: readonly Problem[] };

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
  readonly #keeping = new InFlight();
  readonly #keptOf = new WeakMap<InboundRequest, Promise<void>>();

  constructor(parts: ReceiveParts) {
    this.#parts = parts;
  }

  /** The source behind an address; null when this node knows none. */
  source(token: string): Source | null {
    return this.#parts.directory.sources.byToken(token);
  }

  /** The same when another node may have made it just now; `not_found` when there is none. */
  async newSource(token: string): Promise<Source> {
    const source = (await this.#parts.newcomers?.find(token)) ?? null;
    if (source === null) throw new SurehookError('not_found', 'There is no source under this address.');
    return source;
  }

  /** Counts a request against the source's limit; null when it has none. What is past it is told of, and not kept. */
  admit(source: Source): Taken | null {
    const { directory, clock } = this.#parts;
    const taken = directory.sources.take(source, clock.nowMs());
    if (taken?.taken === false) this.#tell(source, 'rejected', 'rate_limit', clock.monotonicMs());
    return taken;
  }

  /** One request, whole. Resolves once what it brings is on disk; throws `unavailable` when the provider should come again. */
  async receive(source: Source, request: InboundRequest): Promise<DoorAnswer> {
    const { clock } = this.#parts;
    const beganAtMs = clock.monotonicMs();
    const atMs = clock.nowMs();
    const judged = await this.#judge(source, request, atMs);
    if (judged.kind === 'refused') return this.refuse(source, request, judged.refusal);
    if (judged.kind === 'handshake') return await this.#greet(source, request, judged.handshake);
    if (judged.kind === 'nothing')
      throw new SurehookError('method_not_allowed', 'Webhooks are sent here by POST; this GET asks nothing.');
    const problems = this.#check(source, judged.inbound);
    if (problems.length > 0) {
      const { detail } = invalid(problems);
      return this.refuse(source, request, { status: 422, reason: 'schema', detail }, { problems });
    }
    const { eventId, isNew } = await this.#takeIn(source, judged.inbound, atMs);
    this.#tell(source, isNew ? 'accepted' : 'duplicate', null, beganAtMs);
    const answer = source.ack ?? ackOf(presetFor(source)!, !isNew);
    const { status } = answer;
    if (!isNew)
      this.#keep(
        source,
        withoutBody(request),
        { verdict: 'duplicate', eventId, status },
        request.body.length,
      );
    return { kind: 'answer', answer };
  }

  /** Answers and remembers a request that is not taken in; `bodyBytes` of a body that was not read to its end. */
  refuse(
    source: Source,
    request: InboundRequest,
    refusal: Refusal,
    more: { problems?: readonly Problem[]; bodyBytes?: number } = {},
  ): DoorAnswer {
    const { problems = [], bodyBytes = request.body.length } = more;
    this.#tell(source, 'rejected', refusal.reason, this.#parts.clock.monotonicMs());
    this.#keep(source, request, { verdict: 'rejected', ...refusal }, bodyBytes);
    return { kind: 'refused', refusal, problems };
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
    const judged = await this.#judge(source, request, kept.atMs);
    if (judged.kind === 'refused') {
      const { reason, detail } = judged.refusal;
      return { verdict: 'rejected', reason, detail, eventId: null };
    }
    if (judged.kind !== 'believed')
      return {
        verdict: 'handshake',
        reason: null,
        detail: 'It asked whether somebody is here.',
        eventId: null,
      };
    const problems = this.#check(source, judged.inbound);
    if (problems.length > 0)
      return { verdict: 'rejected', reason: 'schema', detail: invalid(problems).detail, eventId: null };
    const { eventId, isNew } = await this.#takeIn(source, judged.inbound, this.#parts.clock.nowMs());
    if (eventId !== null) await store.requestTaken(id, eventId);
    return { verdict: isNew ? 'accepted' : 'duplicate', reason: null, detail: null, eventId };
  }

  /** Resolves when a request that was not taken in is on disk, rejects when it could not be kept. */
  async kept(request: InboundRequest): Promise<void> {
    await this.#keptOf.get(request);
  }

  /** Resolves when what was to be kept is kept. */
  idle(): Promise<void> {
    return this.#keeping.none();
  }

  /** A certificate that is not at hand is fetched, once. */
  async #judge(
    source: Source,
    request: InboundRequest,
    atMs: number,
  ): Promise<Exclude<Judged, { kind: 'unsure' }>> {
    const { crypto, certificates } = this.#parts;
    const judged = judgeInbound(source, request, { atMs, certificates: {} }, crypto);
    if (judged.kind !== 'unsure') return judged;
    const { certificateUrl, refusal } = judged;
    const pem = await certificates.at(certificateUrl);
    if (pem === null) return { kind: 'refused', refusal };
    const again = judgeInbound(source, request, { atMs, certificates: { [certificateUrl]: pem } }, crypto);
    return again.kind === 'unsure' ? { kind: 'refused', refusal: again.refusal } : again;
  }

  /** A question of the provider is answered and is no event. */
  async #greet(
    source: Source,
    request: InboundRequest,
    { answer, confirmUrl }: Handshake,
  ): Promise<DoorAnswer> {
    if (confirmUrl !== undefined && (await this.#parts.certificates.ask(confirmUrl)) === null) {
      const detail = 'The address that confirms the subscription did not answer. Let the provider ask again.';
      return this.refuse(source, request, { status: 503, reason: 'not_confirmed', detail });
    }
    this.#tell(source, 'handshake', null, this.#parts.clock.monotonicMs());
    this.#keep(source, request, { verdict: 'handshake', status: answer.status }, request.body.length);
    return { kind: 'answer', answer };
  }

  #check(source: Source, { type, data }: Inbound): Problem[] {
    return this.#parts.directory.sources.check(source, type, data);
  }

  #takeIn(
    source: Source,
    inbound: Inbound,
    atMs: number,
  ): Promise<{ eventId: string | null; isNew: boolean }> {
    const { directory, accepter, random } = this.#parts;
    const account = directory.account(source.accountNo);
    if (account === null) throw new SurehookError('not_found', 'There is no source under this address.');
    const { type, reference, data, json, received, key } = inbound;
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
    const order = orderNewsOf(source, { type, body: json }, newId('ord_', atMs, random.bytes(idBytes)));
    const taken = { inbound: { sourceNo: source.no, key }, ...(order === null ? {} : { order }) };
    return accepter.takeIn({ ...event, reference: reference ?? order?.reference ?? null }, taken);
  }

  #tell(source: Source, verdict: DoorVerdict, reason: string | null, beganAtMs: number): void {
    const { telemetry, clock } = this.#parts;
    const durationMs = clock.monotonicMs() - beganAtMs;
    telemetry.received({ source, verdict, reason, durationMs });
  }

  /** Kept for people, so nobody waits for it; a flood is counted only. */
  #keep(
    source: Source,
    request: InboundRequest,
    more: Pick<SourceRequest, 'verdict' | 'status'> & Partial<SourceRequest>,
    bodyBytes: number,
  ): void {
    const { clock, random, store, telemetry } = this.#parts;
    const { method, url, headers, body, messageId } = request;
    const atMs = clock.nowMs();
    // Messages are taken as fast as they can be kept: nobody floods us with them.
    if (messageId === undefined && !this.#mayKeep(source.no, atMs)) return;
    this.#keeping.begin();
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
    this.#keptOf.set(request, keeping);
    keeping
      .catch((error: unknown) => {
        if (!(error instanceof StoreError || error instanceof SurehookError)) throw error;
        telemetry.warn('a request that was not taken in could not be kept', {
          source: source.id,
          cause: error.message,
        });
      })
      .finally(() => this.#keeping.end());
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

function withoutBody(request: InboundRequest): InboundRequest {
  return { ...request, body: new Uint8Array() };
}
