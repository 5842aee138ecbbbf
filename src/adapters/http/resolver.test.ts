import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type NameScript, startNameServer } from '../../../test/support/nameserver.ts';
import * as limits from '../../core/limits/sending.ts';
import { Fault } from './faults.ts';
import { parseHosts, readHosts } from './hosts.ts';
import { type Answer, askNameServers } from './nameservers.ts';
import { createResolver } from './resolver.ts';

const noHosts = '/nonexistent/hosts';

/** A resolver on a clock that stands still until it is moved, with scripted answers. */
function staged(answers: (hostname: string, n: number) => Answer | Fault): {
  lookUp: (hostname: string) => Promise<readonly string[]>;
  asked: string[];
  move: (ms: number) => void;
} {
  let nowMs = 0;
  const asked: string[] = [];
  const resolver = createResolver({
    clock: { monotonicMs: () => nowMs },
    hostsFile: noHosts,
    ask: async (hostname) => {
      asked.push(hostname);
      const answer = answers(hostname, asked.length);
      if (answer instanceof Fault) throw answer;
      return answer;
    },
  });
  const move = (ms: number): void => {
    nowMs += ms;
  };
  return { lookUp: (hostname) => resolver.lookUp(hostname), asked, move };
}

const isDnsFault = (words: RegExp) => (error: unknown) =>
  error instanceof Fault && error.kind === 'dns' && words.test(error.message);

test('an answer is kept as long as it says, within the bounds', async () => {
  for (const [ttlMs, keptMs] of [
    [0, limits.dnsKeepMinMs],
    [20_000, 20_000],
    [9e9, limits.dnsKeepMaxMs],
  ] as const) {
    const stage = staged((_hostname, n) => ({ addresses: [`192.0.2.${n}`], ttlMs }));
    assert.deepEqual(await stage.lookUp('a.test'), ['192.0.2.1']);
    stage.move(keptMs - 1);
    assert.deepEqual(await stage.lookUp('a.test'), ['192.0.2.1']);
    stage.move(1);
    assert.deepEqual(await stage.lookUp('a.test'), ['192.0.2.2']);
  }
});

test('a failure is kept for a while too, and then asked again', async () => {
  const stage = staged((_hostname, n) =>
    n === 1 ? new Fault('dns', 'gone') : { addresses: ['192.0.2.1'], ttlMs: 0 },
  );
  await assert.rejects(stage.lookUp('a.test'), isDnsFault(/gone/));
  stage.move(limits.dnsKeepFailureMs - 1);
  await assert.rejects(stage.lookUp('a.test'), isDnsFault(/gone/));
  stage.move(1);
  assert.deepEqual(await stage.lookUp('a.test'), ['192.0.2.1']);
  assert.equal(stage.asked.length, 2);
});

test('a name that many ask for at once is looked up once, with or without the dot at its end', async () => {
  const stage = staged(() => ({ addresses: ['192.0.2.1'], ttlMs: 0 }));
  await Promise.all(['a.test', 'a.test.', 'a.test', 'b.test'].map(stage.lookUp));
  assert.deepEqual(stage.asked.sort(), ['a.test', 'b.test']);
});

test('the cache never holds more than its bound: the oldest answer goes', async () => {
  const stage = staged(() => ({ addresses: ['192.0.2.1'], ttlMs: 60_000 }));
  for (let n = 0; n <= limits.dnsCacheEntries; n += 1) await stage.lookUp(`n${n}.test`);
  const before = stage.asked.length;
  await stage.lookUp('n1.test');
  assert.equal(stage.asked.length, before);
  await stage.lookUp('n0.test');
  assert.equal(stage.asked.length, before + 1);
});

test('localhost never reaches a name server', async () => {
  const stage = staged(() => new Fault('dns', 'asked'));
  for (const name of ['localhost', 'localhost.', 'a.localhost']) {
    assert.deepEqual(await stage.lookUp(name), ['127.0.0.1', '::1']);
  }
  assert.deepEqual(stage.asked, []);
});

test('the hosts file comes before name servers, and a changed file is noticed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hosts-'));
  t.after(() => rm(folder, { recursive: true }));
  const hostsFile = join(folder, 'hosts');
  await writeFile(hostsFile, '192.0.2.7 Shop.Test # comment\n');
  let nowMs = 0;
  const resolver = createResolver({
    clock: { monotonicMs: () => nowMs },
    hostsFile,
    ask: async () => ({ addresses: ['192.0.2.99'], ttlMs: 0 }),
  });
  assert.deepEqual(await resolver.lookUp('shop.test'), ['192.0.2.7']);
  await writeFile(hostsFile, '');
  nowMs += limits.dnsKeepMinMs;
  assert.deepEqual(await resolver.lookUp('shop.test'), ['192.0.2.99']);
});

test('a hosts file gives all addresses of a name and passes over what it cannot read', async () => {
  const hosts = parseHosts(
    '127.0.0.1\tlocalhost\r\n::1 a b\n# 10.0.0.1 c\nnonsense a\n10.0.0.2 b\n\n10.0.0.3',
  );
  assert.deepEqual(
    [...hosts],
    [
      ['localhost', ['127.0.0.1']],
      ['a', ['::1']],
      ['b', ['::1', '10.0.0.2']],
    ],
  );
  assert.equal((await readHosts(noHosts)).size, 0);
});

async function asking(t: TestContext, script: NameScript) {
  const server = await startNameServer(script);
  t.after(() => server.close());
  return { server, ask: askNameServers({ servers: [server.address], timeoutMs: 100, tries: 1 }) };
}

test('name servers are asked for both families; the shortest time to live counts', async (t) => {
  const { ask } = await asking(t, (_name, type) =>
    type === 'A'
      ? { addresses: ['192.0.2.1', '192.0.2.2'], ttlS: 30 }
      : { addresses: ['2001:db8:0:0:0:0:0:1'], ttlS: 20 },
  );
  assert.deepEqual(await ask('shop.test'), {
    addresses: ['192.0.2.1', '192.0.2.2', '2001:db8::1'],
    ttlMs: 20_000,
  });
});

test('an IPv4 answer does not wait for an IPv6 one that never comes', async (t) => {
  const { ask } = await asking(t, (_name, type) => (type === 'A' ? { addresses: ['192.0.2.1'] } : null));
  assert.deepEqual((await ask('shop.test')).addresses, ['192.0.2.1']);
});

test('a name with an IPv6 address alone is found', async (t) => {
  const { ask } = await asking(t, (_name, type) =>
    type === 'A' ? {} : { addresses: ['2001:db8:0:0:0:0:0:1'] },
  );
  assert.deepEqual((await ask('shop.test')).addresses, ['2001:db8::1']);
});

const failures: [string, NameScript, RegExp][] = [
  ['does not exist', () => ({ code: 3 }), /does not exist/],
  ['has no address', () => ({}), /has no address/],
  ['has a failing name server', () => ({ code: 2 }), /failed/],
  ['has a silent name server', () => null, /in time/],
];
for (const [what, script, words] of failures) {
  test(`a name that ${what} is a dns fault that says so`, async (t) => {
    const { ask } = await asking(t, script);
    await assert.rejects(ask('shop.test'), isDnsFault(words));
  });
}
