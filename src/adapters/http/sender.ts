import { type AddressPolicy, checkUrl } from '../../core/address.ts';
import { notSent, type Outcome, type Request } from '../../core/attempt.ts';
import * as limits from '../../core/limits/sending.ts';
import { Slots } from '../../core/slots.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sender, SendLimits } from '../../ports/sender.ts';
import { createConnector } from './connect.ts';
import { Connections } from './connections.ts';
import { Exchange, type Line, type Target } from './exchange.ts';
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
      const problem = framingProblem(request, target);
      if (problem !== null) return Promise.resolve(notSent('protocol', problem));
      return new Promise((resolve) => {
        new Exchange(line, target, request, sendLimits, resolve).start();
      });
    },

    async close() {
      closed = true;
      for (const exchange of line.running.all()) exchange.cut('connection_reset', 'the sender was closed');
      connections.dropIdle();
    },
  };
}

/** Headers that say where a request goes or where it ends. The sender writes them itself. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A header that would make two machines read the request differently, in words; null when there is none. */
function framingProblem(request: Request, target: Target): string | null {
  const { headers } = request;
  for (let at = 0; at < headers.length; at += 2) {
    const given = headers[at] ?? '';
    const name = given.toLowerCase();
    if (framing.has(name)) return refusal(name);
    if (name === 'host' && headers[at + 1] !== hostOf(target)) return refusal(name);
    if (name === 'content-length' && headers[at + 1] !== String(request.body.bytes.byteLength)) {
      return refusal(name);
    }
  }
  return null;
}

function hostOf(target: Target): string {
  return target.parts.origin.slice(target.parts.origin.indexOf('//') + 2);
}

function refusal(name: string): string {
  return `the header "${name}" is written by the sender itself, so nothing was sent; remove it from the request`;
}
