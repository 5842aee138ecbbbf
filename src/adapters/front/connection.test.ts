import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { beforeEach, describe, test } from 'node:test';
import { headersTimeoutMs } from '../../core/limits/api.ts';
import type { PlainAnswer } from '../../core/plain-request.ts';
import { Connection } from './connection.ts';

const plainBodyMs = 2000;
const keepAliveMs = 72_000;

/** A socket whose time passes when a test says so, and which is told whether there is room for more. */
class Line extends Duplex {
  remoteAddress = '127.0.0.1';
  timeout = 0;
  written = '';
  /** Has written what is under way. */
  goOn: (() => void) | null = null;
  isFull = false;

  constructor() {
    super({ highWaterMark: 1 });
  }
  readonly setTimeout = (timeoutMs: number): void => {
    this.timeout = timeoutMs;
  };
  destroySoon(): void {
    this.end(() => this.destroy());
  }
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk.toString();
    if (this.isFull) this.goOn = done;
    else done();
  }
}

const plain = (body: string): string =>
  `POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer k\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const answerOf = (body: string): PlainAnswer => ({ status: 202, head: '', body });
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a connection of a caller', () => {
  let line: Line;
  let connection: Connection;
  let asked: string[];
  let passedOn: string[];

  beforeEach(() => {
    line = new Line();
    asked = [];
    passedOn = [];
    connection = new Connection(line as unknown as Socket, {
      options: { maxBodyBytes: 1024, plainBodyMs, keepAliveMs },
      ask: (_, { text }) => void asked.push(text),
      passOn: (_, bytes) => void passedOn.push(bytes.toString()),
      gone() {},
      connectionLines: 'Connection: keep-alive\r\n',
      date: () => 'now',
    });
  });
  async function send(text: string): Promise<void> {
    line.push(text);
    await turn();
  }
  async function answer(body: string): Promise<void> {
    connection.answer(answerOf(body));
    await turn();
  }

  test('that never asks is let go when a head would be late', async () => {
    await turn();
    assert.equal(line.timeout, headersTimeoutMs);
    line.emit('timeout');
    assert.equal(line.destroyed, true);
  });

  test('is kept for longer once it has asked, also when a body was waited for', async () => {
    for (const late of [0, 1]) {
      const request = plain('one');
      await send(request.slice(0, request.length - late));
      if (late > 0) {
        assert.equal(line.timeout, plainBodyMs);
        await send('e');
      }
      await answer('');
      assert.equal(line.timeout, keepAliveMs);
    }
    assert.deepEqual([asked, passedOn], [['one', 'one'], []]);
    line.emit('timeout');
    assert.equal(line.destroyed, true);
  });

  test('changes nothing for time that goes by while an answer is awaited', async () => {
    await send(plain('one') + plain('ahead'));
    line.emit('timeout');
    await answer('first');
    line.emit('timeout');
    await answer('second');
    assert.match(line.written, /first[\s\S]*second$/);
    assert.deepEqual([asked, passedOn, line.destroyed], [['one', 'ahead'], [], false]);
  });

  test('is passed on when its body stays away, and no time is looked after any more', async () => {
    await send(plain('body').slice(0, -1));
    line.emit('timeout');
    assert.deepEqual(passedOn, [plain('body').slice(0, -1)]);
    assert.deepEqual([line.timeout, line.isPaused()], [0, true]);
    line.emit('timeout');
    assert.deepEqual([line.destroyed, passedOn.length], [false, 1]);
  });

  test('is passed on when its body comes by drops for too long, and each body has its own time', async (t) => {
    let nowMs = 1;
    t.mock.method(performance, 'now', () => nowMs);
    for (const body of ['one', 'two']) {
      await send(plain(body).slice(0, -2));
      nowMs += plainBodyMs;
      await send(body.slice(1, 2));
      await send(body.slice(2));
      await answer('');
    }
    assert.deepEqual([asked, passedOn], [['one', 'two'], []]);
    await send(plain('three').slice(0, -3));
    nowMs += plainBodyMs;
    await send('r');
    nowMs += 1;
    await send('e');
    assert.deepEqual(passedOn, [plain('three').slice(0, -1)]);
    assert.deepEqual(asked, ['one', 'two']);
  });

  test('that sends ahead is read no further than what came, until it is answered', async () => {
    await send(plain('one'));
    assert.equal(line.isPaused(), false);
    await send(plain('two'));
    assert.equal(line.isPaused(), true);
    await send(plain('three'));
    assert.equal(line.readableLength, plain('three').length);
    for (const body of ['', '', '']) await answer(body);
    assert.deepEqual([asked, line.isPaused()], [['one', 'two', 'three'], false]);
  });

  test('that does not read its answer is neither read nor asked further until it does', async () => {
    line.isFull = true;
    await send(plain('one') + plain('two'));
    await answer('first');
    await send(plain('three'));
    assert.deepEqual([asked, line.isPaused()], [['one'], true]);
    assert.equal(line.readableLength, plain('three').length);
    line.isFull = false;
    line.goOn?.();
    await turn();
    assert.deepEqual(asked, ['one', 'two']);
    await answer('second');
    assert.deepEqual([asked, line.isPaused(), line.readableLength], [['one', 'two', 'three'], false, 0]);
  });
});
