import { attemptId, deliveryId } from '../../core/ids.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

const boundsS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];

/** One wide log line per accepted event and per attempt, and the counters behind /metrics. No secret, header value or body is logged. */
export function createTelemetry(
  log: Log,
  metrics: Metrics,
  accountIdOf: (accountNo: number) => string,
): Telemetry {
  const acceptedTotal = metrics.counter('surehook_events_accepted_total', 'Events that are on disk.');
  const acceptSeconds = metrics.histogram(
    'surehook_accept_duration_seconds',
    'From the parsed request to the commit.',
    boundsS,
  );
  const receivedTotal = metrics.counter(
    'surehook_requests_received_total',
    'Requests that came through sources, by verdict and reason.',
  );
  const receiveSeconds = metrics.histogram(
    'surehook_receive_duration_seconds',
    'From the whole request to its acknowledgement, of those that were taken in.',
    boundsS,
  );
  const attemptsTotal = metrics.counter('surehook_attempts_total', 'Delivery attempts by result and error.');
  const attemptSeconds = metrics.histogram(
    'surehook_attempt_duration_seconds',
    'Duration of delivery attempts.',
    boundsS,
  );
  const changedTotal = metrics.counter(
    'surehook_endpoint_changes_total',
    'Endpoints that the platform paused or disabled.',
  );
  const lostTotal = metrics.counter(
    'surehook_lost_leases_total',
    'Settlements that came after their lease was lost.',
  );
  const { logger } = log;
  const info = logger.isLevelEnabled('info');
  return {
    accepted(event, { deliveries, durationMs }) {
      acceptedTotal();
      acceptSeconds(durationMs);
      if (!info) return;
      log.eventLine(
        {
          account: accountIdOf(event.accountNo),
          event: event.id,
          type: event.type,
          reference: event.reference,
          origin: event.origin,
          bytes: event.data.length,
          deliveries,
          durationMs: round(durationMs),
        },
        'accepted',
      );
    },
    received({ source, verdict, reason, durationMs }) {
      receivedTotal(`verdict="${verdict}",reason="${reason ?? ''}"`);
      if (reason === null) receiveSeconds(durationMs);
      // What was taken in has its line as an accepted event.
      if (!info || verdict === 'accepted') return;
      const account = accountIdOf(source.accountNo);
      logger.info({ account, source: source.id, verdict, reason }, 'received');
    },
    attempted({ event, deliveryKey, endpointId, accountId, attempt, result }) {
      attemptsTotal(`result="${result}",error="${attempt.error ?? ''}"`);
      attemptSeconds(attempt.durationMs);
      if (!info) return;
      log.eventLine(
        {
          account: accountId,
          event: event.id,
          type: event.type,
          reference: event.reference,
          endpoint: endpointId,
          delivery: deliveryId(deliveryKey),
          attempt: attemptId(deliveryKey, attempt.n),
          n: attempt.n,
          result,
          httpStatus: attempt.httpStatus,
          error: attempt.error,
          detail: attempt.detail,
          durationMs: round(attempt.durationMs),
          nextAttemptAt:
            attempt.nextAttemptAtMs === null ? null : new Date(attempt.nextAttemptAtMs).toISOString(),
        },
        'attempted',
      );
    },
    endpointChanged({ endpointId, accountId, status, reason }) {
      changedTotal(`status="${status}"`);
      logger.warn({ account: accountId, endpoint: endpointId, status, reason }, 'endpoint changed');
    },
    lost({ deliveryKey, endpointId }) {
      lostTotal();
      logger.warn(
        { endpoint: endpointId, delivery: deliveryId(deliveryKey) },
        'stale result ignored: the lease was lost',
      );
    },
    warn(what, detail) {
      logger.warn(detail, what);
    },
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
