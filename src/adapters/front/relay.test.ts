import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { beforeEach, describe, test } from 'node:test';
import { tunnelBytes } from '../../core/limits/front.ts';
import type { Told } from './messages.ts';
import { Relay } from './relay.ts';

const number = 7;

describe('a connection that is passed on, at its socket', () => {
  let socket: Duplex;
  let relay: Relay;
  let told: Told[];
  /** Calls back that the socket has written what is the next in line. */
  let wrote: () => void;

  beforeEach(() => {
    told = [];
    socket = new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        wrote = done;
      },
    });
    relay = new Relay(socket as Socket, {
      number,
      first: Buffer.from('first'),
      tell: (one) => void told.push(one),
      gone() {},
    });
  });
  const sentBytes = (): number =>
    told.reduce((all, one) => all + (one.kind === 'bytes' ? one.text.length : 0), 0);
  const takenBytes = (): number[] => told.flatMap((one) => (one.kind === 'taken' ? one.bytes : []));
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  test('no more of a socket is read while enough is on its way, to the byte', async () => {
    await turn();
    socket.push(Buffer.alloc(tunnelBytes - 'first'.length - 1));
    assert.equal(socket.isPaused(), false);
    socket.push(Buffer.alloc(1));
    assert.equal(socket.isPaused(), true);
    socket.push(Buffer.alloc(tunnelBytes));
    assert.equal(sentBytes(), tunnelBytes);
    relay.hear({ kind: 'taken', tunnel: number, bytes: tunnelBytes / 2 });
    await turn();
    // A piece that is half too long goes out whole, and is waited for.
    assert.equal(sentBytes(), 2 * tunnelBytes);
    assert.equal(socket.isPaused(), true);
    relay.hear({ kind: 'taken', tunnel: number, bytes: tunnelBytes / 2 });
    assert.equal(socket.isPaused(), true);
    relay.hear({ kind: 'taken', tunnel: number, bytes: 1 });
    assert.equal(socket.isPaused(), false);
  });

  test('what is to be written is told to be taken when it was, in halves of what may be on its way, and every byte of it once', () => {
    const sizes = [tunnelBytes / 2 - 1, 2, tunnelBytes, 1, tunnelBytes / 2];
    for (const bytes of sizes) relay.hear({ kind: 'bytes', tunnel: number, text: 'x'.repeat(bytes) });
    assert.deepEqual(takenBytes(), []);
    const seen = sizes.map(() => {
      wrote();
      return takenBytes();
    });
    const [first, second, third] = [tunnelBytes / 2 + 1, tunnelBytes, tunnelBytes / 2 + 1];
    assert.deepEqual(seen.at(-1), [first, second, third]);
  });
});
