/** Something that went wrong, and whether it still does. */
export interface Alert {
  id: string;
  kind: string;
  subject: string;
  summary: string;
  status: 'open' | 'resolved';
  count: number;
  detail: Record<string, unknown>;
  raisedAt: string;
  lastAt: string;
  resolvedAt: string | null;
}

/** An alert on its way to somebody. */
export interface AlertMessage {
  ruleId: string;
  channelId: string;
  phase: 'raised' | 'recovered';
  status: 'waiting' | 'sent' | 'failed';
  tries: number;
  error: string | null;
  sentAt: string | null;
  nextTryAt: string | null;
}

export interface AlertDetail extends Alert {
  messages: AlertMessage[];
}

/** Who is told of what. */
export interface AlertRule {
  id: string;
  name: string;
  kinds: string[];
  channels: string[];
  publish: string | null;
  enabled: boolean;
}

/** A way to people. */
export interface AlertChannel {
  id: string;
  name: string;
  type: 'email' | 'slack' | 'endpoint';
  to?: string | null;
  url?: string;
  endpointId?: string;
}
