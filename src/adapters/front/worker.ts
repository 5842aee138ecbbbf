import { createServer, type Socket } from 'node:net';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Slots } from '../../core/slots.ts';
import { Connection, type Desk } from './connection.ts';
import { dateOf } from './date.ts';
import {
  addRequest,
  answersOf,
  type FromFront,
  type FrontOptions,
  type Sent,
  type ToFront,
} from './messages.ts';
import { Outbox } from './outbox.ts';
import { Relay } from './relay.ts';

/*
 * The thread that callers connect to: reads requests to publish and writes their answers, so that none of it is on the loop
 * that takes the events in. What is asked in one turn of this loop goes over together.
 */

const port = parentPort as MessagePort;
const options = workerData as FrontOptions;
const connections = new Set<Connection>();
const relays = new Map<number, Relay>();
const asking = new Slots<Connection>();
const outbox = new Outbox<FromFront>((sent) => port.postMessage(sent));
const { tell } = outbox;
let relayed = 0;
let isListening = false;
let isClosing = false;

const desk: Desk = {
  options,
  connectionLines: `Connection: keep-alive\r\nKeep-Alive: timeout=${options.keepAliveMs / 1000}\r\n`,
  ask(connection, request) {
    addRequest(outbox.next(), asking.put(connection), request);
  },
  passOn(socket, first) {
    relayed += 1;
    const relay = new Relay(socket, { number: relayed, first, tell, gone: forget });
    if (!socket.destroyed) relays.set(relayed, relay);
  },
  gone(connection) {
    connections.delete(connection);
    endIfLast();
  },
  date: () => dateOf(Date.now()),
};

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
  connections.add(new Connection(socket, desk));
});
server.on('error', (error: NodeJS.ErrnoException) => {
  // One that has listened is not to go on deaf.
  if (isListening) throw error;
  tell({ kind: 'failed', error: { message: error.message, code: error.code } });
  end();
});
server.listen({ host: options.host, port: options.port }, () => {
  isListening = true;
  const bound = server.address();
  tell({ kind: 'listening', port: typeof bound === 'object' && bound !== null ? bound.port : options.port });
});

port.on('message', ({ plain, told }: Sent<ToFront>) => {
  for (const { number, answer } of answersOf(plain)) asking.take(number)?.answer(answer);
  for (const one of told) {
    if (one.kind === 'close') close();
    else if (one.kind === 'cut') cut();
    else relays.get(one.tunnel)?.hear(one);
  }
});

function forget(number: number): void {
  relays.delete(number);
  endIfLast();
}

function close(): void {
  isClosing = true;
  server.close(endIfLast);
  for (const connection of connections) connection.end();
  endIfLast();
}

function cut(): void {
  for (const connection of connections) connection.cut();
  for (const relay of relays.values()) relay.cut();
}

/** Without a port that is listened to, the thread has nothing to live for. */
function endIfLast(): void {
  if (isClosing && connections.size === 0 && relays.size === 0) setImmediate(end);
}

function end(): void {
  outbox.send();
  port.close();
}
