import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { askingNameServer, type Json, startTarget, type Target, trustingTests } from '../support/attack.ts';
import { type NameAnswer, type NameServer, startNameServer } from '../support/nameserver.ts';
import { answering, type Receiver, response, startReceiver } from '../support/receiver.ts';

/** IPv6 addresses are written out in full, as the name server of the tests wants them. */
const loopbackV6 = '0:0:0:0:0:0:0:1';
const privateAddresses = [
  '127.0.0.1',
  '10.0.0.1',
  '169.254.169.254',
  '168.63.129.16',
  '0.0.0.0',
  '224.0.0.1',
  loopbackV6,
  '0:0:0:0:0:ffff:7f00:1',
  '0:0:0:0:0:0:7f00:1',
  '64:ff9b:0:0:0:0:7f00:1',
  'fd00:0:0:0:0:0:0:1',
  'fe80:0:0:0:0:0:0:1',
];

/** Names of this test and what they resolve to, IPv4 and IPv6 mixed. */
const zone = new Map<string, string[]>();

function answer(name: string, type: 'A' | 'AAAA'): NameAnswer {
  const addresses = zone.get(name);
  if (addresses === undefined) return { code: 3 };
  return { addresses: addresses.filter((one) => one.includes(':') === (type === 'AAAA')) };
}

/** The outcome of a test request to a name that resolves so. */
async function triedAt(target: Target, name: string, addresses: string[], port: number): Promise<Json> {
  zone.set(name, addresses);
  const endpoint = await target.endpoint({ url: `https://${name}:${port}/`, events: ['never'] });
  const { body } = await target.ask('POST', `/v1/endpoints/${endpoint.id}/test`, {
    eventType: 'a.test',
    data: 1,
  });
  return body;
}

describe('names that lead inside', () => {
  let names: NameServer;
  let receiver: Receiver;
  let target: Target;

  before(async () => {
    names = await startNameServer(answer);
    receiver = await startReceiver({ certificate: 'receiver' });
    target = await startTarget({ ...trustingTests, ...askingNameServer(names.address) });
  });
  after(async () => {
    await target.stop();
    await receiver.close();
    await names.close();
  });

  test('A09 a name of a private address can be stored, and is never connected to', async () => {
    for (const [no, address] of privateAddresses.entries()) {
      const name = `inside${no}.receiver.test`;
      const tried = await triedAt(target, name, [address], receiver.port);
      assert.deepEqual([tried.outcome, tried.error], ['failed', 'blocked_address'], address);
      assert.ok(names.questions.some((question) => question.endsWith(name)));
    }
    zone.set('inside.receiver.test', ['127.0.0.1']);
    await target.endpoint({ url: `https://inside.receiver.test:${receiver.port}/`, events: ['attack.A09'] });
    const [delivery] = await target.deliver('attack.A09');
    assert.deepEqual([delivery.status, delivery.attempts[0].error], ['dead', 'blocked_address']);
    assert.equal(receiver.connections(), 0);
  });

  test('A11 one private address among several blocks the name, in any place and family', async () => {
    const lists = [
      ['93.184.215.14', '127.0.0.1'],
      ['127.0.0.1', '93.184.215.14'],
      ['93.184.215.14', loopbackV6],
      ['2606:4700:4700:0:0:0:0:1111', '127.0.0.1'],
    ];
    for (const [no, list] of lists.entries()) {
      const tried = await triedAt(target, `mixed${no}.receiver.test`, list, receiver.port);
      assert.equal(tried.error, 'blocked_address', list.join());
    }
    assert.equal(receiver.connections(), 0);
  });

  // The catalogue also thinks of a limit of tests a minute; the contract has none.
  test('A17 a test request cannot tell an open port inside from a closed one', async () => {
    const open = await triedAt(target, 'door.receiver.test', ['127.0.0.1'], receiver.port);
    const closed = await triedAt(target, 'door.receiver.test', ['127.0.0.1'], 1);
    const elsewhere = await triedAt(target, 'wall.receiver.test', ['10.255.255.1'], receiver.port);
    const shown = ({ outcome, error, httpStatus, detail, response }: Json): Json => ({
      outcome,
      error,
      httpStatus,
      detail: detail.replace(/\w+\.receiver\.test/, 'NAME'),
      response,
    });
    assert.equal(open.error, 'blocked_address');
    assert.deepEqual(shown(closed), shown(open));
    assert.deepEqual(shown(elsewhere), shown(open));
    assert.doesNotMatch(JSON.stringify([open, elsewhere]), /127\.0\.0\.1|10\.255/);
    assert.equal(receiver.connections(), 0);
  });
});

describe('redirects, and networks that an operator allowed', () => {
  let names: NameServer;
  let inner: Receiver;
  let target: Target;

  before(async () => {
    names = await startNameServer(answer);
    inner = await startReceiver({ certificate: 'receiver', script: answering(200, {}, 'inner') });
    target = await startTarget({
      ...trustingTests,
      ...askingNameServer(names.address),
      SUREHOOK_ALLOW_NETWORKS: '127.0.0.1/32',
    });
  });
  after(async () => {
    await target.stop();
    await inner.close();
    await names.close();
  });

  test('A13 a redirect is not followed, whatever its status, not even to where a delivery could go', async (t) => {
    const statuses = [300, 301, 302, 303, 307, 308];
    const outer = await startReceiver({
      certificate: 'receiver',
      script: ({ path }, socket) => {
        const headers = { location: `${inner.origin}/inside`, refresh: `0;url=${inner.origin}/` };
        socket.write(response(Number(path.slice(1)), headers));
      },
    });
    t.after(() => outer.close());
    for (const status of statuses) {
      const url = `${outer.origin}/${status}`;
      const { id } = await target.endpoint({ url, events: [`attack.A13.${status}`] });
      const tried = await target.ask('POST', `/v1/endpoints/${id}/test`, { eventType: 'a', data: 1 });
      assert.deepEqual([tried.body.error, tried.body.httpStatus], ['redirect', status]);
      const [delivery] = await target.deliver(`attack.A13.${status}`);
      assert.deepEqual([delivery.status, delivery.attempts[0].error], ['dead', 'redirect']);
    }
    await target.endpoint({ url: `${outer.origin}/201`, events: ['attack.A13.201'] });
    assert.equal((await target.deliver('attack.A13.201'))[0].status, 'delivered');
    assert.equal(outer.requests.length, 2 * statuses.length + 1);
    assert.equal(inner.connections(), 0);
  });

  // The catalogue thinks of networks with ports; the contract's are networks alone.
  test('A14 an allowed address opens itself and nothing else', async () => {
    const reached = await triedAt(target, 'receiver.test', ['127.0.0.1'], inner.port);
    assert.deepEqual([reached.outcome, reached.response.body], ['succeeded', 'inner']);
    const connections = inner.connections();
    for (const [no, list] of [
      ['127.0.0.2'],
      ['127.0.0.1', '127.0.0.2'],
      ['127.0.0.1', '10.0.0.1'],
      ['127.0.0.1', loopbackV6],
      ['0.0.0.0'],
    ].entries()) {
      const tried = await triedAt(target, `near${no}.receiver.test`, list, inner.port);
      assert.equal(tried.error, 'blocked_address', list.join());
    }
    for (const url of [
      `http://127.0.0.1:${inner.port}/`,
      `https://127.0.0.2:${inner.port}/`,
      `https://localhost:${inner.port}/`,
      `https://user@127.0.0.1:${inner.port}/`,
    ]) {
      assert.equal((await target.ask('POST', '/v1/endpoints', { url, events: ['*'] })).status, 422, url);
    }
    assert.equal(inner.connections(), connections);
  });
});
