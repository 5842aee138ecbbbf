import type { Account } from '../core/account.ts';
import {
  type AlertKind,
  type AlertRule,
  defaultId,
  type Raise,
  rulesOf,
  type Signal,
  type Tell,
} from '../core/alert.ts';
import {
  causeOf,
  conditionsOf,
  planAlerts,
  type SourceFigures,
  type Surroundings,
} from '../core/alert-plan.ts';
import { isEventId, type NewEvent } from '../core/event.ts';
import { idBytes, newId } from '../core/ids.ts';
import * as limits from '../core/limits/alerts.ts';
import type { AlertStore } from '../ports/alert-store.ts';
import type { Random } from '../ports/random.ts';
import type { Reading } from '../ports/store.ts';
import { AlertSender, type AlertSendParts } from './alert-send.ts';
import { InFlight } from './in-flight.ts';

export interface AlertParts extends AlertSendParts {
  random: Random;
  store: AlertStore & Pick<Reading, 'counts'>;
  sha256(text: string): string;
  /** What came through each source lately. */
  sourceFigures(nowMs: number): Promise<SourceFigures[]>;
}

/** As they were at a moment. */
type Figures = Pick<Surroundings, 'slow' | 'sources' | 'oldestDueAtMs' | 'nowMs'>;

/** Looks at what happened and at what lasts, turns it into alerts, publishes what follows, and has people told. */
export class Alerter {
  readonly #parts: AlertParts;
  readonly #sender: AlertSender;
  readonly #inFlight = new InFlight();
  #figures: Figures | null = null;
  #cancel: (() => void) | null = null;
  #wakeAtMs = Infinity;
  #lookedAtMs = -Infinity;
  #looking = false;
  #again = false;
  #stopped = false;

  constructor(parts: AlertParts) {
    this.#parts = parts;
    this.#sender = new AlertSender(parts);
  }

  start(): void {
    this.#wake(0);
  }

  /** Begins nothing more; resolves when what is being told is dealt with. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    return this.#inFlight.none();
  }

  /** Something may have happened: look soon. Costs nothing when it is called often. */
  nudge(): void {
    if (this.#looking) this.#again = true;
    const sinceMs = this.#parts.clock.nowMs() - this.#lookedAtMs;
    this.#wake(Math.max(limits.alertSoonMs, limits.alertAgainMs - sinceMs));
  }

  #wake(delayMs: number): void {
    const atMs = this.#parts.clock.nowMs() + delayMs;
    if (this.#stopped || this.#looking || this.#wakeAtMs <= atMs) return;
    this.#cancel?.();
    this.#wakeAtMs = atMs;
    this.#cancel = this.#parts.clock.after(delayMs, () => {
      this.#wakeAtMs = Infinity;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#again = false;
    this.#inFlight.begin();
    let nextAtMs: number | null = null;
    try {
      for (let round = 0; round < limits.alertRounds; round++) if (!(await this.#judge())) break;
      nextAtMs = await this.#sender.send();
    } catch (error) {
      this.#parts.telemetry.warn('alerts could not be looked after; it is tried again', {
        cause: String(error),
      });
    } finally {
      this.#looking = false;
      this.#inFlight.end();
      const nowMs = this.#parts.clock.nowMs();
      this.#lookedAtMs = nowMs;
      const waitMs = nextAtMs === null ? limits.alertEveryMs : Math.max(limits.alertSoonMs, nextAtMs - nowMs);
      this.#wake(Math.min(waitMs, this.#again ? limits.alertAgainMs : limits.alertEveryMs));
    }
  }

  /** False: there is nothing more to be judged now. */
  async #judge(): Promise<boolean> {
    const { store, clock, directory, random } = this.#parts;
    const nowMs = clock.nowMs();
    const [book, signals, open, figures] = await Promise.all([
      store.alertBook(),
      store.signals(limits.alertSignals),
      store.openAlerts(limits.alertsOpen),
      this.#figuresAt(nowMs),
    ]);
    const endpoints = directory.everyEndpoint();
    const defaultAccountNo = directory.accountById('default')?.no ?? 0;
    const conditions = conditionsOf({ endpoints, ...figures, defaultAccountNo });
    const tellOf = (accountNo: number, kind: AlertKind, subject: string): Tell[] =>
      this.#tellOf(rulesOf(accountNo, book.rules), accountNo, kind, subject);
    const ids = (): string => newId('alr_', nowMs, random.bytes(idBytes));
    const sourceName = (id: string): string | null => directory.sources.named(id)?.name ?? null;
    const rules = { endpoints, sourceName, tellOf, newId: ids, nowMs };
    const plan = planAlerts({ conditions, signals, open }, rules);
    if (plan.raised.length + plan.resolved.length === 0) return false;
    // What follows is published first: done twice, it is the same event.
    await Promise.all(plan.raised.map((raise) => this.#follow(raise, rulesOf(raise.accountNo, book.rules))));
    await store.recordAlerts({ ...plan, nowMs });
    return signals.length === limits.alertSignals;
  }

  /** Figures that change slowly and cost something stand for a while, however often there is a look. */
  async #figuresAt(nowMs: number): Promise<Figures> {
    const known = this.#figures;
    if (known !== null && nowMs - known.nowMs < limits.alertEveryMs) return known;
    const { store } = this.#parts;
    const [slow, counts, sources] = await Promise.all([
      store.slowEndpoints({ sinceMs: nowMs - limits.alertFiguresMs, attempts: limits.alertSlowAttempts }),
      store.counts({ nowMs }),
      this.#parts.sourceFigures(nowMs),
    ]);
    this.#figures = { slow, sources, oldestDueAtMs: counts.oldestDueAtMs, nowMs };
    return this.#figures;
  }

  #tellOf(rules: readonly AlertRule[], accountNo: number, kind: AlertKind, subject: string): Tell[] {
    const account = this.#parts.directory.account(accountNo);
    if (account === null) return [];
    const wanting = rules.filter((rule) => rule.enabled && rule.kinds.includes(kind));
    return wanting.flatMap(({ id: ruleId, channels }) =>
      channels
        .filter((channelId) => channelId !== defaultId || this.#hasMail(account, subject))
        .map((channelId) => ({ ruleId, channelId })),
    );
  }

  /** The channel that everybody has works where there is a mail server, and somebody to write to. */
  #hasMail(account: Account, subject: string): boolean {
    return this.#parts.mailer !== null && this.#sender.recipientOf(account, subject) !== null;
  }

  /** Publishes the events that the account's rules want to follow from this. */
  async #follow(raise: Raise, rules: readonly AlertRule[]): Promise<void> {
    if (this.#parts.directory.account(raise.accountNo) === null) return;
    for (const { enabled, kinds, publish } of rules) {
      if (!enabled || publish === null || !kinds.includes(raise.kind)) continue;
      if (raise.signals.length === 0) await this.#publish(publish, raise, raise.cause, null);
      await Promise.all(
        raise.signals.map((signal) => this.#publish(publish, raise, causeOf(signal), signal)),
      );
    }
  }

  async #publish(type: string, raise: Raise, cause: string, signal: Signal | null): Promise<void> {
    const { clock, sha256, takeIn } = this.#parts;
    const nowMs = clock.nowMs();
    const detail = signal?.detail ?? raise.detail;
    const named = `${cause}-${type}`;
    const event: NewEvent = {
      accountNo: raise.accountNo,
      id: isEventId(named) ? named : sha256(named),
      type,
      timestamp: new Date(nowMs).toISOString(),
      data: JSON.stringify({ because: raise.kind, ...detail }),
      reference: typeof detail.reference === 'string' ? detail.reference : null,
      source: null,
      origin: 'api',
      traceId: null,
      received: null,
      createdAtMs: nowMs,
    };
    await takeIn(event, {});
  }
}
