import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import * as limits from '../../core/limits/sending.ts';
import type { Connection } from './connection.ts';
import { Connections } from './connections.ts';
import { createSessions } from './sessions.ts';

/** Connections over sockets that were never connected, on a clock that is moved by hand. */
function staged(): {
  connections: Connections;
  open: (key: string) => Connection;
  move: (ms: number) => void;
} {
  let nowMs = 0;
  const connections = new Connections({ monotonicMs: () => nowMs });
  return {
    connections,
    open: (key) => connections.adopt(key, 'http://receiver.test', new Socket()),
    move: (ms) => {
      nowMs += ms;
    },
  };
}

test('a connection given back is taken again, the last used first, and only under its own key', () => {
  const { connections, open, move } = staged();
  const [one, two, other] = [open('a'), open('a'), open('b')];
  for (const connection of [one, two, other]) connections.give(connection);
  move(limits.socketRestMs);
  assert.equal(connections.take('c'), null);
  assert.equal(connections.take('a'), two);
  assert.equal(connections.take('a'), one);
  assert.equal(connections.take('a'), null);
  assert.equal(connections.take('b'), other);
  assert.equal(connections.idleCount, 0);
});

test('a connection that was just used rests while there is another, and alone it says for how long it still rests', () => {
  const { connections, open, move } = staged();
  const [one, two] = [open('a'), open('a')];
  connections.give(one);
  move(limits.socketRestMs);
  connections.give(two);
  move(limits.socketRestMs / 2);
  assert.equal(connections.take('a'), one);
  assert.equal(one.restMs, 0);
  assert.equal(connections.take('a'), two);
  assert.equal(two.restMs, limits.socketRestMs / 2);
});

test('a connection past its age is closed instead of taken', () => {
  const { connections, open, move } = staged();
  const connection = open('a');
  connections.give(connection);
  move(limits.socketAgeMaxMs);
  assert.equal(connections.take('a'), null);
  assert.ok(connection.socket.destroyed);
});

test('a closed connection leaves the idle ones by itself', async () => {
  const { connections, open } = staged();
  const all = [open('a'), open('a'), open('a')];
  for (const connection of all) connections.give(connection);
  const [first] = all;
  await new Promise((resolve) => first?.socket.once('close', resolve).destroy());
  assert.equal(connections.idleCount, 2);
  assert.deepEqual(new Set([connections.take('a'), connections.take('a')]), new Set(all.slice(1)));
  assert.equal(connections.take('a'), null);
});

test('a socket that was destroyed is not taken even before it says that it is closed', () => {
  const { connections, open } = staged();
  const connection = open('a');
  connections.give(connection);
  connection.socket.destroy();
  assert.equal(connections.take('a'), null);
});

test('idle connections never exceed their bound: the longest idle one is closed', () => {
  const { connections, open } = staged();
  const all = Array.from({ length: limits.idleSockets + 2 }, (_, n) => open(`k${n % 7}`));
  for (const connection of all) connections.give(connection);
  assert.equal(connections.idleCount, limits.idleSockets);
  assert.deepEqual(all.map(({ socket }) => socket.destroyed).slice(0, 4), [true, true, false, false]);
  connections.dropIdle();
  assert.equal(connections.idleCount, 0);
  assert.ok(all.every(({ socket }) => socket.destroyed));
});

test('a TLS session is kept until its time, which counts from the look at the certificate', () => {
  let nowMs = 0;
  const sessions = createSessions({ monotonicMs: () => nowMs });
  sessions.set('a', Buffer.from('1'), true);
  nowMs += limits.tlsSessionMs - 1;
  sessions.set('a', Buffer.from('2'), false);
  assert.equal(sessions.get('a')?.toString(), '2');
  nowMs += 1;
  assert.equal(sessions.get('a'), undefined);
  sessions.set('a', Buffer.from('3'), false);
  assert.equal(sessions.get('a'), undefined);
});

test('TLS sessions never exceed their bound: the one not used longest goes', () => {
  const sessions = createSessions({ monotonicMs: () => 0 });
  for (let n = 0; n < limits.tlsSessions; n += 1) sessions.set(`k${n}`, Buffer.from('x'), true);
  sessions.get('k0');
  sessions.set('new', Buffer.from('x'), true);
  assert.ok(sessions.get('k0'));
  assert.equal(sessions.get('k1'), undefined);
});
