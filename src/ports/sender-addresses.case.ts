import assert from 'node:assert/strict';
import type { AttemptError } from '../core/attempt.ts';
import { allowing, type Declare, failed, patient, requestTo, strict } from './sender-world.case.ts';

export function addresses(promise: Declare): void {
  promise('a URL that may not be sent to is blocked_address, and nothing is connected', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'receiver' });
    const sender = stage.sender({ policy: strict });
    const hosts = [
      '127.0.0.1',
      '2130706433',
      '[::ffff:127.0.0.1]',
      '[::1]',
      '0.0.0.0',
      'localhost',
      'a.localhost.',
      'u:p@example.com',
    ];
    for (const host of hosts) {
      failed(await sender.send(requestTo(`https://${host}:${receiver.port}/`), patient), 'blocked_address');
    }
    failed(await sender.send(requestTo('http://example.com/'), patient), 'blocked_address');
    failed(await sender.send(requestTo('no url'), patient), 'blocked_address');
    assert.equal(receiver.connections(), 0);
  });

  promise(
    'a name that resolves to a private address is blocked_address, and nothing is connected',
    async (stage) => {
      const receiver = await stage.receiver({ certificate: 'receiver' });
      for (const ip of [
        '127.0.0.1',
        '::ffff:127.0.0.1',
        '::1',
        '10.0.0.1',
        '169.254.169.254',
        '168.63.129.16',
        'nonsense',
      ]) {
        const sender = stage.sender({ policy: strict, names: async () => [ip] });
        const outcome = await sender.send(requestTo(`https://receiver.test:${receiver.port}/`), patient);
        failed(outcome, 'blocked_address');
        assert.ok(!outcome.detail.includes(ip), 'the internal address is not shown');
      }
      assert.equal(receiver.connections(), 0);
    },
  );

  promise('one private address among several blocks the name', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'receiver' });
    for (const answer of [
      ['127.0.0.1', '10.0.0.1'],
      ['10.0.0.1', '127.0.0.1'],
      ['127.0.0.1', 'fd00::1'],
    ]) {
      const sender = stage.sender({ policy: allowing('127.0.0.0/8'), names: async () => answer });
      failed(
        await sender.send(requestTo(`https://receiver.test:${receiver.port}/`), patient),
        'blocked_address',
      );
    }
    assert.equal(receiver.connections(), 0);
  });

  promise('a name is looked up once per connection, and a later private answer is blocked', async (stage) => {
    const receiver = await stage.receiver({
      certificate: 'receiver',
      script: (_request, socket) =>
        socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'),
    });
    const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']];
    const asked: string[] = [];
    const sender = stage.sender({
      policy: allowing('127.0.0.1'),
      names: async (hostname) => {
        asked.push(hostname);
        return answers[asked.length - 1] ?? [];
      },
    });
    const url = `https://receiver.test:${receiver.port}/`;
    const errors: (AttemptError | null)[] = [];
    for (let n = 0; n < 3; n += 1) errors.push((await sender.send(requestTo(url), patient)).error);
    assert.deepEqual(errors, [null, 'blocked_address', null]);
    assert.deepEqual([asked.length, receiver.connections()], [3, 2]);
  });

  promise('a look-up that fails is a failure, not a way around the check', async (stage) => {
    const receiver = await stage.receiver({ certificate: 'receiver' });
    let asked = 0;
    const sender = stage.sender({
      policy: strict,
      names: async () => {
        asked += 1;
        if (asked === 1) throw new Error('SERVFAIL');
        return asked === 2 ? [] : ['127.0.0.1'];
      },
    });
    const url = `https://receiver.test:${receiver.port}/`;
    const errors: (AttemptError | null)[] = [];
    for (let n = 0; n < 3; n += 1) errors.push((await sender.send(requestTo(url), patient)).error);
    assert.deepEqual(errors.slice(1), ['dns', 'blocked_address']);
    assert.notEqual(errors[0], null);
    assert.equal(receiver.connections(), 0);
  });

  promise('a network that an operator allows does not allow http to it', async (stage) => {
    const receiver = await stage.receiver();
    const sender = stage.sender({ policy: allowing('127.0.0.0/8') });
    failed(await sender.send(requestTo(receiver.origin), patient), 'blocked_address');
    assert.equal(receiver.connections(), 0);
  });
}
