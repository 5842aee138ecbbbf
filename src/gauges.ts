import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './adapters/telemetry/metrics.ts';
import * as limits from './core/limits/process.ts';
import { askedOnceIn } from './flow/asked.ts';
import type { Engine } from './flow/engine.ts';
import type { Clock } from './ports/clock.ts';
import type { Store } from './ports/store.ts';

/** Answers the text of /metrics: what was counted, and the figures of this moment. */
export function metricsOf({
  metrics,
  store,
  dispatcher,
  clock,
}: {
  metrics: Metrics;
  store: Store;
  dispatcher: Engine['dispatcher'];
  clock: Clock;
}): () => Promise<string> {
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  const counted = askedOnceIn(limits.countsKeepMs, clock, async () => {
    const nowMs = clock.nowMs();
    const [{ open, dead, oldestDueAtMs }, orders] = await Promise.all([
      store.counts({ nowMs }),
      store.orderCounts(null),
    ]);
    return { open, dead, orders, waitedMs: oldestDueAtMs === null ? 0 : nowMs - oldestDueAtMs };
  });
  return async () => {
    const { open, dead, orders, waitedMs } = await counted();
    const { lanes, quick, slow, breakersOpen } = dispatcher.figures();
    const lagS = loop.percentile(99) / 1e9;
    loop.reset();
    return metrics.text([
      {
        name: 'surehook_deliveries_open',
        help: 'Deliveries that are owed and not under way.',
        value: open,
      },
      { name: 'surehook_deliveries_dead', help: 'Dead letters.', value: dead },
      {
        name: 'surehook_oldest_due_seconds',
        help: 'How long the oldest due delivery has waited.',
        value: waitedMs / 1000,
      },
      {
        name: 'surehook_orders_pending',
        help: 'Orders that have not ended.',
        value: orders.states.pending,
      },
      { name: 'surehook_orders_stuck', help: 'Orders that were given up.', value: orders.states.stuck },
      { name: 'surehook_orders_overdue', help: 'Orders that take too long.', value: orders.overdue },
      {
        name: 'surehook_orders_found_by_poll',
        help: 'Orders whose end was found by asking alone.',
        value: orders.foundByPoll,
      },
      { name: 'surehook_requests_under_way', help: 'Requests under way.', value: quick + slow },
      { name: 'surehook_lanes', help: 'Endpoints with a lane in memory.', value: lanes },
      { name: 'surehook_breakers_open', help: 'Endpoints whose breaker is open.', value: breakersOpen },
      { name: 'surehook_event_loop_lag_seconds', help: 'p99 since the last scrape.', value: lagS },
      { name: 'process_resident_memory_bytes', help: 'Resident memory.', value: process.memoryUsage.rss() },
    ]);
  };
}
