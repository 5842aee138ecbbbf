import { createGuard } from './adapters/http/connect.ts';
import { createResolver } from './adapters/http/resolver.ts';
import { createInboxes } from './adapters/queues/inboxes.ts';
import type { AddressPolicy } from './core/address.ts';
import * as limits from './core/limits/process.ts';
import { connectTimeoutMs } from './core/limits/sending.ts';
import type { Consumption } from './core/source.ts';
import { Consumers } from './flow/consume.ts';
import type { Engine } from './flow/engine.ts';
import { inTime } from './flow/in-time.ts';
import type { Clock } from './ports/clock.ts';
import type { Telemetry } from './ports/telemetry.ts';

/** What takes messages from the queues of sources. */
export interface Consuming {
  consumption(sourceId: string): Consumption | null;
  /** Takes nothing more and lets what was taken end, for up to `limits.watchDrainMs`. */
  stop(): Promise<void>;
}

export function startConsuming(input: {
  policy: AddressPolicy;
  engine: Pick<Engine, 'directory' | 'receiver'>;
  clock: Clock;
  telemetry: Telemetry;
}): Consuming {
  const { policy, engine, clock, telemetry } = input;
  const { sources } = engine.directory;
  const guard = createGuard({ policy, resolver: createResolver({ clock }) });
  const consumers = new Consumers({
    clock,
    telemetry,
    inboxes: createInboxes({ policy, guard, timeoutMs: connectTimeoutMs }),
    receiver: engine.receiver,
    sources: () => sources.all(),
    source: (id) => sources.named(id),
  });
  consumers.start();
  return {
    consumption: (sourceId) => consumers.consumption(sourceId),
    stop: () => inTime(clock, limits.watchDrainMs, consumers.stop()),
  };
}
