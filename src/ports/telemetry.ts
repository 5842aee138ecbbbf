import type { Attempt } from '../core/attempt.ts';
import type { Event } from '../core/event.ts';
import type { DoorVerdict, Source } from '../core/source.ts';

/** What the flow reports as it happens: one wide log line each, and the counters behind /metrics. Must not throw and must not wait. */
export interface Telemetry {
  accepted(event: Event, more: { deliveries: number; durationMs: number }): void;
  /** A request came through a source. `reason`: why it was not taken in, else null. */
  received(more: { source: Source; verdict: DoorVerdict; reason: string | null; durationMs: number }): void;
  attempted(more: {
    event: Event;
    deliveryKey: number;
    endpointId: string;
    accountId: string;
    attempt: Attempt;
    result: 'delivered' | 'retry' | 'dead';
  }): void;
  /** An endpoint was paused or disabled by the platform, or works again. */
  endpointChanged(more: { endpointId: string; accountId: string; status: string; reason: string }): void;
  /** A settlement came after its lease was lost, and changed nothing. */
  lost(more: { deliveryKey: number; endpointId: string }): void;
  /** Something that an operator should know. `detail` holds no secret. */
  warn(what: string, detail: Record<string, unknown>): void;
}
