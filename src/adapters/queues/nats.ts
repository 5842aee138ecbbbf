import { headerPairs } from '../../core/attempt.ts';
import { tlsOptionsOf } from './dial.ts';
import { goneFault, QueueFault, queueFaultOf, tooLargeFault } from './fault.ts';
import { ignore } from './ignore.ts';
import type { Link, Opening } from './link.ts';
import { load } from './load.ts';

/** Neither of the two brings the other along. */
export const natsPackages = '@nats-io/transport-node @nats-io/jetstream';

/** A connection to the one server that was checked: others that it names are not connected to, and neither is it again. */
export async function natsConnection(opening: Opening) {
  const { connect } = await load(natsPackages, 'NATS', () => import('@nats-io/transport-node'));
  const { target, password, addresses, timeoutMs, gone } = opening;
  const { ca, servername, minVersion } = tlsOptionsOf(opening);
  const connecting = connect({
    servers: addresses.map((address) => `${address.includes(':') ? `[${address}]` : address}:${target.port}`),
    noRandomize: true,
    ignoreClusterUpdates: true,
    reconnect: false,
    timeout: timeoutMs,
    tls: target.secure ? ({ ca, servername, minVersion } as object) : null,
    ...(target.user === ''
      ? password === null
        ? {}
        : { token: password }
      : { user: target.user, pass: password ?? '' }),
  });
  const connection = await connecting.catch((error: Error) => {
    if (error.name === 'TimeoutError')
      throw new QueueFault('timeout', `the server did not answer within ${timeoutMs} ms`);
    throw /connection closed/.test(error.message) ? goneFault('NATS') : error;
  });
  void connection.closed().then(gone);
  if (target.secure && connection.info?.tls_required !== true && connection.info?.tls_available !== true) {
    await connection.close();
    throw new QueueFault('tls', 'the server does not speak TLS; use nats:// where that is meant');
  }
  return connection;
}

/** The JetStream of a NATS server. The event's id is the message's, so that a stream knows a repetition within its window. */
export async function openNats(opening: Opening): Promise<Link> {
  const { jetstream } = await load(natsPackages, 'NATS JetStream', () => import('@nats-io/jetstream'));
  const { headers: newHeaders } = await import('@nats-io/transport-node');
  const connection = await natsConnection(opening);
  const stream = jetstream(connection);
  return {
    async put({ eventId, headers, body }, { subject = '' }) {
      const all = newHeaders();
      for (const [name, value] of headerPairs(headers)) all.append(name, value);
      try {
        const {
          stream: name,
          seq,
          duplicate,
        } = await stream.publish(subject, body, { msgID: eventId, headers: all, timeout: neverMs });
        return `${name} ${seq}${duplicate ? ' (known already)' : ''}`;
      } catch (error) {
        throw connection.isClosed() ? goneFault('NATS') : natsFault(error, subject, body.byteLength);
      }
    },
    close: () => void connection.close().catch(ignore),
  };
}

/** The sender has its own deadline. */
const neverMs = 120_000;

function natsFault(error: unknown, subject: string, bytes: number): QueueFault {
  const { name, message } = error as Error;
  if (/max_payload/.test(message)) return tooLargeFault(bytes, 'the NATS server', 'raise its max_payload');
  if (/message size exceeds maximum/.test(message))
    return tooLargeFault(bytes, `the stream of ${JSON.stringify(subject)}`, 'raise its max_msg_size');
  if (name === 'NoRespondersError' || /no responders|jetstream is not enabled|503/.test(message))
    return new QueueFault(
      'rejected',
      `no stream takes messages of subject ${JSON.stringify(subject)}, or JetStream is off`,
    );
  if (/ClosedConnection|DrainingConnection|ConnectionError/.test(name) || /connection closed/.test(message))
    return goneFault('NATS');
  return queueFaultOf(error);
}
