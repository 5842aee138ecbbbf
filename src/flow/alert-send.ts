import type { Account } from '../core/account.ts';
import {
  type Alert,
  type AlertChannel,
  type AlertMessage,
  defaultChannel,
  defaultId,
  nextTryAtMs,
} from '../core/alert.ts';
import { alertView, messageText } from '../core/alert-text.ts';
import type { NewEvent } from '../core/event.ts';
import * as limits from '../core/limits/alerts.ts';
import { orderNoteChars } from '../core/limits/orders.ts';
import { connectTimeoutMs } from '../core/limits/sending.ts';
import type { AlertStore, DueMessage } from '../ports/alert-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Mailer } from '../ports/mailer.ts';
import type { Sender } from '../ports/sender.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { TakenIn } from './accept.ts';
import type { Directory } from './directory.ts';

export interface AlertSendParts {
  clock: Clock;
  telemetry: Pick<Telemetry, 'warn'>;
  directory: Directory;
  store: Pick<AlertStore, 'claimMessages' | 'noteMessages' | 'alertBook'>;
  sender: Sender;
  /** Null: no mail server is set. */
  mailer: Mailer | null;
  /** Who gets mail that names no recipient; null: nobody. */
  mailTo: string | null;
  /** The address of the installation, for people. */
  where: string;
  takeIn(event: NewEvent, more: TakenIn): Promise<unknown>;
}

/** Messages that go out as one. */
interface Bundle {
  account: Account;
  channel: AlertChannel;
  phase: AlertMessage['phase'];
  to: string | null;
  alerts: Alert[];
  messages: AlertMessage[];
}

/** Why a message will never go out. */
class Hopeless extends Error {}

/** Sends messages that are due, and notes what came of it. */
export class AlertSender {
  readonly #parts: AlertSendParts;

  constructor(parts: AlertSendParts) {
    this.#parts = parts;
  }

  /** Who gets mail about this subject: the endpoint's recipient, the account's, the installation's; null: nobody. */
  recipientOf(account: Account, subject: string): string | null {
    const endpoint = this.#parts.directory.endpointById(account.no, subject);
    return endpoint?.notify ?? account.notify ?? this.#parts.mailTo;
  }

  /** One go over what is due. Answers when the next message is; null: none waits. */
  async send(): Promise<number | null> {
    const { store, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const input = { nowMs, leaseMs: limits.messageLeaseMs, limit: limits.messagesAtOnce };
    const { due, nextAtMs } = await store.claimMessages(input);
    if (due.length === 0) return nextAtMs;
    const { channels } = await store.alertBook();
    const bundles = this.#bundles(due, channels);
    await Promise.all(bundles.map((bundle) => this.#sendBundle(bundle)));
    return due.length === limits.messagesAtOnce ? clock.nowMs() : nextAtMs;
  }

  #bundles(due: readonly DueMessage[], channels: readonly AlertChannel[]): Bundle[] {
    const bundles = new Map<string, Bundle>();
    for (const { message, alert } of due) {
      const account = this.#parts.directory.account(alert.accountNo);
      const channel = channelOf(alert.accountNo, message.channelId, channels);
      if (account === null || channel === null) {
        void this.#note([message], new Hopeless('the channel was deleted'));
        continue;
      }
      const { target } = channel;
      const to = target.type === 'email' ? (target.to ?? this.recipientOf(account, alert.subject)) : null;
      // Operational webhooks are for programs: one event each.
      const own = target.type === 'endpoint' ? message.no : '';
      const key = JSON.stringify([alert.accountNo, message.channelId, message.phase, alert.kind, to, own]);
      const bundle = bundles.get(key) ?? {
        account,
        channel,
        phase: message.phase,
        to,
        alerts: [],
        messages: [],
      };
      bundle.alerts.push(alert);
      bundle.messages.push(message);
      bundles.set(key, bundle);
    }
    return [...bundles.values()];
  }

  async #sendBundle(bundle: Bundle): Promise<void> {
    try {
      await this.#sendTo(bundle);
      await this.#note(bundle.messages, null);
    } catch (error) {
      this.#parts.telemetry.warn('an alert could not be told', {
        account: bundle.account.id,
        channel: bundle.channel.id,
        cause: (error as Error).message,
      });
      await this.#note(bundle.messages, error as Error);
    }
  }

  async #sendTo({ account, channel, phase, to, alerts, messages }: Bundle): Promise<void> {
    const { target } = channel;
    const { subject, text } = messageText(alerts, phase, { account: account.id, where: this.#parts.where });
    if (target.type === 'email') return await this.#mail(to, subject, text);
    if (target.type === 'slack') return await this.#slack(target.url, `*${subject}*\n${text}`);
    const endpoint = this.#parts.directory.endpointById(account.no, target.endpointId);
    if (endpoint === null) throw new Hopeless('the endpoint was deleted');
    const nowMs = this.#parts.clock.nowMs();
    const [alert, message] = [alerts[0]!, messages[0]!];
    const event: NewEvent = {
      accountNo: account.no,
      id: `${alert.id}-${message.no}`,
      type: phase === 'raised' ? 'alert.raised' : 'alert.resolved',
      timestamp: new Date(nowMs).toISOString(),
      data: JSON.stringify(alertView(alert)),
      reference: alert.subject,
      source: null,
      origin: 'api',
      traceId: null,
      received: null,
      createdAtMs: nowMs,
    };
    await this.#parts.takeIn(event, { only: endpoint });
  }

  async #mail(to: string | null, subject: string, text: string): Promise<void> {
    const { mailer } = this.#parts;
    if (mailer === null)
      throw new Hopeless('no mail server is set: set SUREHOOK_SMTP_URL and SUREHOOK_MAIL_FROM');
    if (to === null)
      throw new Hopeless(
        'nobody is named: give the channel `to`, the account `notify`, or set SUREHOOK_MAIL_TO',
      );
    await mailer.send({ to, subject, text });
  }

  async #slack(url: string, text: string): Promise<void> {
    const body = JSON.stringify({ text });
    const request = {
      url,
      headers: ['content-type', 'application/json'],
      body: { head: body, withData: false, tail: '', bytes: new TextEncoder().encode(body) },
    };
    const { error, detail, httpStatus } = await this.#parts.sender.send(request, {
      timeoutMs: limits.messageTimeoutMs,
      connectTimeoutMs,
    });
    if (error !== null) throw new Error(`${error}${httpStatus === null ? '' : ` ${httpStatus}`}: ${detail}`);
  }

  async #note(messages: readonly AlertMessage[], error: Error | null): Promise<void> {
    const { store, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const results = messages.map((message) => ({
      no: message.no,
      error: error === null ? null : error.message.slice(0, orderNoteChars),
      dueAtMs:
        error === null || error instanceof Hopeless ? null : nextTryAtMs(message, message.tries + 1, nowMs),
    }));
    try {
      await store.noteMessages({ results, nowMs });
    } catch (cause) {
      // They are due again when their lease ends; what was sent may then be sent twice.
      this.#parts.telemetry.warn('what came of alert messages could not be noted', { cause: String(cause) });
    }
  }
}

function channelOf(accountNo: number, id: string, channels: readonly AlertChannel[]): AlertChannel | null {
  const own = channels.find((channel) => channel.accountNo === accountNo && channel.id === id);
  return own ?? (id === defaultId ? defaultChannel(accountNo) : null);
}
