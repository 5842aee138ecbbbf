import type {
  Alert,
  AlertChannel,
  AlertKind,
  AlertMessage,
  AlertRule,
  OpenAlert,
  Raise,
  Resolve,
  Signal,
  SlowEndpoint,
} from '../core/alert.ts';
import type { Found, Page } from './store.ts';

/** A message that is due, with what it is about. */
export interface DueMessage {
  message: AlertMessage;
  alert: Alert;
}

/** All that is given must hold. */
export interface AlertFilter {
  kind?: AlertKind;
  open?: boolean;
}

/** What people are told of, and how: written down before it is sent, so that nothing is lost by a restart. */
export interface AlertStore {
  /** All rules and channels of all accounts that were put; defaults are not stored. */
  alertBook(): Promise<{ rules: AlertRule[]; channels: AlertChannel[] }>;
  /** A new one or in place of the one with its account and id. */
  putAlertRule(rule: AlertRule): Promise<void>;
  deleteAlertRule(accountNo: number, id: string): Promise<boolean>;
  putAlertChannel(channel: AlertChannel): Promise<void>;
  deleteAlertChannel(accountNo: number, id: string): Promise<boolean>;
  /** What happened and is not an alert yet, oldest first. */
  signals(limit: number): Promise<Signal[]>;
  openAlerts(limit: number): Promise<OpenAlert[]>;
  /**
   * One act: alerts are raised or counted on, ended, their signals gone, and messages put down. A message about the same thing to
   * the same channel by the same rule waits until `messageDueAtMs` allows it; one that waits already speaks for both. A message
   * about something that is over and was not tried yet is not sent at all.
   */
  recordAlerts(input: { raised: Raise[]; resolved: Resolve[]; nowMs: number }): Promise<void>;
  /** Messages that are due, oldest first, for the caller alone until `nowMs + leaseMs`. `nextAtMs`: when the next one is. */
  claimMessages(input: { nowMs: number; leaseMs: number; limit: number }): Promise<{
    due: DueMessage[];
    nextAtMs: number | null;
  }>;
  /** What came of trying to send them: sent, due again, or given up (`dueAtMs` null with an error). */
  noteMessages(input: {
    results: { no: number; error: string | null; dueAtMs: number | null }[];
    nowMs: number;
  }): Promise<void>;
  listAlerts(accountNo: number, filter: AlertFilter, page: Page): Promise<Found<Alert>>;
  getAlert(accountNo: number, id: string): Promise<{ alert: Alert; messages: AlertMessage[] } | null>;
  /** Endpoints of which more than a twentieth of the attempts since then were slow, with at least `attempts` of them. */
  slowEndpoints(input: { sinceMs: number; attempts: number }): Promise<SlowEndpoint[]>;
}
