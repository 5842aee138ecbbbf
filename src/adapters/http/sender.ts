import { type AddressPolicy, checkUrl } from '../../core/address.ts';
import { notSent, type Outcome, type Request } from '../../core/attempt.ts';
import * as limits from '../../core/limits/sending.ts';
import { Slots } from '../../core/slots.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sender, SendLimits } from '../../ports/sender.ts';
import { createConnector } from './connect.ts';
import { Connections } from './connections.ts';
import { Exchange, type Line, type Target } from './exchange.ts';
import { outgoingOf } from './outgoing.ts';
import { createResolver, type Resolver } from './resolver.ts';

export interface SenderOptions {
  policy: AddressPolicy;
  /** Measures durations, ages and how long answers are kept; the deadlines themselves are the platform's timers. */
  clock?: Pick<Clock, 'monotonicMs'>;
  resolver?: Resolver;
  /** Certificates (PEM) of authorities trusted in addition to the platform's. */
  ca?: readonly string[];
}

/** Sends over HTTP/1.1 with connections kept and shared by origin. Proxy variables of the environment are not looked at. */
export function createSender(options: SenderOptions): Sender {
  const { policy } = options;
  const clock = options.clock ?? { monotonicMs: () => performance.now() };
  const resolver = options.resolver ?? createResolver({ clock });
  const connections = new Connections(clock);
  const connector = createConnector({ policy, clock, resolver, ...(options.ca ? { ca: options.ca } : {}) });
  const line: Line = { clock, connections, connector, running: new Slots() };
  const targets = new Map<string, Target | string>();
  let closed = false;

  /** Parsed and checked once per URL; the address is checked again whenever a connection is opened. */
  function targetOf(url: string): Target | string {
    const found = targets.get(url);
    if (found !== undefined) return found;
    const parts = checkUrl(url, policy);
    // Connections of own bins are kept apart: their addresses were not judged, so no other URL may use them.
    const target =
      typeof parts === 'string' ? parts : { parts, key: parts.own ? `${parts.origin} own` : parts.origin };
    if (targets.size >= limits.checkedUrls) targets.delete(targets.keys().next().value ?? '');
    targets.set(url, target);
    return target;
  }

  return {
    send(request: Request, sendLimits: SendLimits): Promise<Outcome> {
      if (closed) return Promise.resolve(notSent('connection_reset', 'the sender was closed'));
      const target = targetOf(request.url);
      if (typeof target === 'string') return Promise.resolve(notSent('blocked_address', target));
      const outgoing = outgoingOf(target, request);
      if (typeof outgoing === 'string') return Promise.resolve(notSent('protocol', outgoing));
      return new Promise((resolve) => {
        new Exchange(line, target, outgoing, sendLimits, resolve).start();
      });
    },

    async close() {
      closed = true;
      for (const exchange of line.running.all()) exchange.cut('connection_reset', 'the sender was closed');
      connections.dropIdle();
    },
  };
}
