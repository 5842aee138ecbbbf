import type { Socket } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { type AddressPolicy, addressAllowed, parseAddress, type UrlParts } from '../../core/address.ts';
import { steps } from '../../core/timings.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Guard } from '../../ports/guard.ts';
import { type Cancel, dial } from './dial.ts';
import { codeOf, Fault, faultOf } from './faults.ts';
import type { Resolver } from './resolver.ts';
import { createSessions, type Sessions } from './sessions.ts';

/** Hears how it goes, never before `connect` returned. */
export interface Caller {
  began(step: typeof steps.connect | typeof steps.tls): void;
  /** A connected socket (TLS done, certificate verified) or why there is none; once. */
  done(fault: Fault | null, socket: Socket | null): void;
}

/** Opens connections. The one place that does: no address is connected to that was not checked here a moment before. */
export interface Connector {
  /** `timeoutMs` bounds TCP and TLS together; the look-up has bounds of its own. */
  connect(target: ConnectTarget, timeoutMs: number, caller: Caller): Cancel;
}

export interface ConnectTarget {
  readonly parts: UrlParts;
  /** Connections and TLS sessions of one key are interchangeable. */
  readonly key: string;
}

/** `ca`: certificates of authorities trusted in addition to the platform's. */
export function createConnector(options: {
  policy: AddressPolicy;
  clock: Pick<Clock, 'monotonicMs'>;
  resolver: Resolver;
  ca?: readonly string[];
}): Connector {
  const { policy, resolver } = options;
  const sessions = createSessions(options.clock);
  // Made once: parsing the authorities costs more than a handshake.
  const context = createSecureContext(
    options.ca ? { ca: [...getCACertificates('default'), ...options.ca] } : {},
  );
  return {
    connect(target, timeoutMs, caller) {
      const opening = new Opening({ target, timeoutMs, caller, context, sessions });
      addressesOf(target.parts, policy, resolver).then(
        (addresses) => opening.dial(addresses),
        (error: unknown) => opening.end(faultOf(error), null),
      );
      return () => opening.cancel();
    },
  };
}

/** The guard of those who connect by other protocols. */
export function createGuard({ policy, resolver }: { policy: AddressPolicy; resolver: Resolver }): Guard {
  return {
    async addressesOf(hostname) {
      const target = { hostname, literal: parseAddress(hostname) !== null, own: false };
      try {
        return await addressesOf(target, policy, resolver);
      } catch (error) {
        const { kind, message } = faultOf(error);
        return { error: kind, detail: message };
      }
    },
  };
}

/** Fails closed: one address that is refused refuses the name, whatever else it resolves to. */
async function addressesOf(
  parts: Pick<UrlParts, 'hostname' | 'literal' | 'own'>,
  policy: AddressPolicy,
  resolver: Resolver,
): Promise<readonly string[]> {
  const addresses = parts.literal ? [parts.hostname] : await resolver.lookUp(parts.hostname);
  if (addresses.length === 0) throw new Fault('dns', `${parts.hostname}: the name has no address`);
  if (!parts.own && !addresses.every((ip) => addressAllowed(ip, policy))) {
    // The address itself is not shown: what an internal name resolves to is nobody's business outside.
    const what = parts.literal ? 'this address' : `an address that ${parts.hostname} resolves to`;
    throw new Fault('blocked_address', `${what} is not public, so nothing was sent`);
  }
  return addresses;
}

interface OpeningOptions {
  target: ConnectTarget;
  timeoutMs: number;
  caller: Caller;
  context: SecureContext;
  sessions: Sessions;
}

/** One connection on its way. */
class Opening {
  readonly #options: OpeningOptions;
  #stop: Cancel | null = null;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: OpeningOptions) {
    this.#options = options;
  }

  dial(addresses: readonly string[]): void {
    if (this.#ended) return;
    const { target, timeoutMs, caller } = this.#options;
    caller.began(steps.connect);
    this.#timer = setTimeout(() => {
      this.end(new Fault('timeout', `no connection within ${timeoutMs} ms`), null);
    }, timeoutMs);
    this.#stop = dial(addresses, target.parts.port, (error, socket) => {
      if (socket === null) this.end(faultOf(error), null);
      else if (target.parts.secure) this.#secure(socket);
      else this.end(null, socket);
    });
  }

  /** Reports once; later calls close what they bring. */
  end(fault: Fault | null, socket: Socket | null): void {
    if (this.#ended) {
      socket?.destroy();
      return;
    }
    this.#ended = true;
    clearTimeout(this.#timer);
    if (fault) this.#stop?.();
    this.#options.caller.done(fault, socket);
  }

  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#stop?.();
  }

  #secure(tcp: Socket): void {
    const { target, caller, context, sessions } = this.#options;
    caller.began(steps.tls);
    const { hostname, literal } = target.parts;
    const session = sessions.get(target.key);
    const socket = connectTls({
      socket: tcp,
      secureContext: context,
      host: hostname,
      // Server names are sent without the dot at the end, and never for addresses (RFC 6066).
      ...(literal ? {} : { servername: hostname.endsWith('.') ? hostname.slice(0, -1) : hostname }),
      ...(session ? { session } : {}),
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      // Said aloud: an environment variable can turn the default off.
      rejectUnauthorized: true,
    });
    this.#stop = () => socket.destroy();
    keepSessions(socket, target.key, sessions);
    socket.once('secureConnect', () => this.end(null, socket));
    socket.on('error', (error) => {
      if (!this.#ended) sessions.delete(target.key);
      this.end(handshakeFault(error), null);
    });
    socket.once('close', () => this.end(handshakeFault(null), null));
  }
}

/**
 * A resumed session is not checked against the host name again, so only sessions of connections that were verified are kept;
 * TLS 1.2 hands them out before the verdict.
 */
function keepSessions(socket: TLSSocket, key: string, sessions: Sessions): void {
  let verified = false;
  let early: Buffer | null = null;
  const keep = (session: Buffer): void => sessions.set(key, session, !socket.isSessionReused());
  socket.on('session', (session) => {
    if (verified) keep(session);
    else early = session;
  });
  socket.once('secureConnect', () => {
    verified = socket.authorized;
    if (verified && early) keep(early);
  });
}

function handshakeFault(error: Error | null): Fault {
  const code = error === null ? 'ECONNRESET' : codeOf(error);
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new Fault('connection_reset', 'the receiver closed the connection during the TLS handshake');
  }
  return faultOf(error);
}
