import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { response } from '../../test/support/receiver.ts';
import * as limits from '../core/limits/sending.ts';
import type { SendLimits } from './sender.ts';
import { type Declare, failed, hasty, patient, requestTo } from './sender-world.case.ts';

export function whatIsSent(promise: Declare): void {
  promise(
    'a request goes out as a POST with its own headers and its exact bytes and nothing added but framing',
    async (stage) => {
      const receiver = await stage.receiver();
      const body = '{"text":"日本","n":1.0}';
      await stage
        .sender()
        .send(requestTo(`${receiver.origin}/a/b?c=d#e`, body, ['webhook-id', 'x']), patient);
      const [request] = receiver.requests;
      assert.deepEqual(request?.lines, [
        'POST /a/b?c=d HTTP/1.1',
        `host: 127.0.0.1:${receiver.port}`,
        'connection: keep-alive',
        'content-type: application/json',
        'webhook-id: x',
        `content-length: ${Buffer.byteLength(body)}`,
      ]);
      assert.equal(request?.body.toString(), body);
    },
  );

  promise(
    'a question goes out as a GET without a body, and its answer is kept as far as was asked for',
    async (stage) => {
      const text = 'x'.repeat(limits.responseReadBytes + 1000);
      const receiver = await stage.receiver({
        script: (_request, socket) => socket.write(response(200, {}, text)),
      });
      const request = {
        ...requestTo(`${receiver.origin}/orders/1`, '', ['accept', 'application/json']),
        method: 'GET' as const,
      };
      const sender = stage.sender();
      const whole = await sender.send(request, { ...patient, bodyBytes: text.length });
      assert.deepEqual([whole.responseBody.length, whole.responseTruncated], [text.length, false]);
      const cut = await sender.send(request, { ...patient, bodyBytes: text.length - 1 });
      assert.deepEqual([cut.responseBody.length, cut.responseTruncated], [text.length - 1, true]);
      const [first] = receiver.requests;
      assert.equal(first?.method, 'GET');
      assert.equal(first?.headers['content-length'], undefined);
    },
  );

  promise('an empty body is sent as one', async (stage) => {
    const receiver = await stage.receiver();
    assert.equal((await stage.sender().send(requestTo(receiver.origin, ''), patient)).error, null);
    assert.equal(receiver.requests[0]?.headers['content-length'], '0');
  });

  promise('no header of the request can change where it goes or where it ends', async (stage) => {
    const receiver = await stage.receiver();
    const sender = stage.sender();
    const bad: [string, string][] = [
      ['host', 'evil.example'],
      ['Host', 'evil.example'],
      ['content-length', '3'],
      ['transfer-encoding', 'chunked'],
      ['connection', 'close'],
      ['upgrade', 'h2c'],
      ['expect', '100-continue'],
      ['x-a', 'b\r\nhost: evil.example'],
      ['x a', 'b'],
      ['x-a\r\ny', 'b'],
    ];
    for (const header of bad) {
      failed(await sender.send(requestTo(receiver.origin, '{}', header), patient), 'protocol');
    }
    assert.equal(receiver.requests.length, 0);
    assert.equal((await sender.send(requestTo(receiver.origin), patient)).error, null);
  });

  promise('proxy variables of the environment are not looked at', async (stage) => {
    const receiver = await stage.receiver();
    const proxy = await stage.receiver();
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = proxy.origin;
    try {
      assert.equal((await stage.sender().send(requestTo(receiver.origin), patient)).error, null);
    } finally {
      for (const [at, name] of names.entries()) {
        if (before[at] === undefined) delete process.env[name];
        else process.env[name] = before[at];
      }
    }
    assert.deepEqual([receiver.requests.length, proxy.connections()], [1, 0]);
  });
}

export function whatComesBack(promise: Declare): void {
  promise('any 2xx is success and shows the answer', async (stage) => {
    const answer = response(202, { 'X-Thing': 'a', 'x-THING': 'b', 'retry-after': '7' }, 'thank you');
    const outcome = await stage.answer(answer);
    const { durationMs, timings: _, ...rest } = outcome;
    assert.ok(Number.isInteger(durationMs) && durationMs >= 0);
    assert.deepEqual(rest, {
      httpStatus: 202,
      error: null,
      detail: '',
      responseHeaders: ['x-thing', 'a', 'x-thing', 'b', 'retry-after', '7', 'content-length', '9'],
      responseBody: 'thank you',
      responseTruncated: false,
      retryAfter: '7',
    });
  });

  promise('a status outside 2xx is a failure that shows status, body and Retry-After', async (stage) => {
    for (const status of [400, 410, 429, 500, 503, 999]) {
      const outcome = await stage.answer(response(status, { 'retry-after': 'soon' }, 'no'));
      failed(outcome, 'http_status', new RegExp(String(status)));
      assert.deepEqual(
        [outcome.httpStatus, outcome.responseBody, outcome.retryAfter],
        [status, 'no', 'soon'],
      );
    }
  });

  promise('a redirect is never followed, and where it points is shown', async (stage) => {
    const elsewhere = await stage.receiver();
    for (const location of [`${elsewhere.origin}/x`, 'http://169.254.169.254/latest/meta-data', '/loop']) {
      const outcome = await stage.answer(response(307, { location }));
      failed(outcome, 'redirect', /not followed/);
      assert.ok(outcome.detail.endsWith(`Location: ${location}`));
      assert.equal(outcome.httpStatus, 307);
    }
    failed(await stage.answer(response(304)), 'redirect');
    assert.equal(elsewhere.connections(), 0);
  });

  promise('a compressed body is not inflated', async (stage) => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const outcome = await stage.answer(response(200, { 'content-encoding': 'gzip' }, bomb));
    assert.equal(outcome.error, null);
    assert.ok(outcome.responseHeaders.includes('gzip'));
    assert.ok(!outcome.responseBody.startsWith('\0\0\0'));
    const chain = new Array(3000).fill('gzip').join(',');
    assert.equal((await stage.answer(response(200, { 'content-encoding': chain }, 'x'))).responseBody, 'x');
  });

  promise(
    'bytes that are not UTF-8 show as U+FFFD, and header bytes that are not ASCII as ?',
    async (stage) => {
      const outcome = await stage.answer(
        Buffer.from('HTTP/1.1 200 OK\r\nx-a: caf\xe9\r\ncontent-length: 3\r\n\r\na\xffb', 'latin1'),
      );
      assert.equal(outcome.responseBody, 'a\ufffdb');
      assert.deepEqual(outcome.responseHeaders.slice(0, 2), ['x-a', 'caf?']);
    },
  );

  promise('a body past the bound is cut and marked, and a 2xx stays a success', async (stage) => {
    const body = 'x'.repeat(limits.attemptBodyBytes + 1);
    const cut = await stage.answer(response(200, {}, body));
    assert.deepEqual(
      [cut.error, cut.responseTruncated, cut.responseBody.length],
      [null, true, limits.attemptBodyBytes],
    );
    const whole = await stage.answer(response(200, {}, body.slice(1)));
    assert.deepEqual([whole.responseTruncated, whole.responseBody.length], [false, limits.attemptBodyBytes]);
  });

  promise('an endless body is dropped with its connection after the bound', async (stage) => {
    const receiver = await stage.receiver({
      script: (_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        const chunk = `2000\r\n${'y'.repeat(0x2000)}\r\n`;
        const more = (): void => {
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.on('drain', more);
        more();
      },
    });
    // Longer than the test may take: it is the bound that ends this, not the deadline.
    const hour: SendLimits = { timeoutMs: 3_600_000, connectTimeoutMs: 5_000 };
    const outcome = await stage.sender().send(requestTo(receiver.origin), hour);
    assert.deepEqual([outcome.error, outcome.httpStatus, outcome.responseTruncated], [null, 200, true]);
    assert.equal(outcome.responseBody.length, limits.attemptBodyBytes);
    await receiver.closed(1);
  });

  promise('a header may bear the name of what every object has', async (stage) => {
    for (const name of ['constructor', 'Constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      const outcome = await stage.answer(response(200, { [name]: 'x' }), hasty);
      assert.deepEqual([outcome.httpStatus, outcome.error], [200, null], `${name}: ${outcome.detail}`);
    }
  });

  promise('announcements (103) before the answer are passed over', async (stage) => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(3);
    assert.equal((await stage.answer(Buffer.concat([Buffer.from(early), response(200)]))).httpStatus, 200);
    const alone = await stage.answer(early, hasty);
    assert.deepEqual([alone.httpStatus, alone.error], [null, 'timeout']);
  });
}
