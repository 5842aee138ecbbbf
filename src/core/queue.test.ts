import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isQueueUrl, originOf, queueTargetOf, readQueueUrl, shownUrl } from './queue.ts';

const strict = { dev: false, allowNetworks: [] };
const dev = { dev: true, allowNetworks: [] };

function read(text: string, use: 'to' | 'from' = 'to') {
  const found = readQueueUrl(text, use, dev);
  assert.ok(typeof found !== 'string', `${text}: ${found}`);
  return found;
}

function wrong(text: string, words: RegExp, policy = strict): void {
  const found = readQueueUrl(text, 'to', policy);
  assert.ok(typeof found === 'string', text);
  assert.match(found, words, text);
}

test('each kind of broker is read with its own port, path and parameters', () => {
  const { target } = read('redis://u@Redis.Example/3?stream=orders&maxlen=1000');
  assert.deepEqual(target, {
    kind: 'redis',
    secure: false,
    hostname: 'redis.example',
    literal: false,
    port: 6379,
    user: 'u',
    path: '3',
    options: { stream: 'orders', maxlen: '1000' },
  });
  const short = (text: string): unknown[] => {
    const { kind, secure, port, path } = read(text).target;
    return [kind, secure, port, path];
  };
  assert.deepEqual(short('rediss://h:7000/?stream=s'), ['redis', true, 7000, '']);
  assert.deepEqual(short('nats://h?subject=a.b'), ['nats', false, 4222, '']);
  assert.deepEqual(short('tls://h?subject=a.b'), ['nats', true, 4222, '']);
  assert.deepEqual(short('amqps://h/my%2Fhost?exchange=e'), ['amqp', true, 5671, 'my/host']);
  assert.deepEqual(short('kafkas://h?topic=t&sasl=scram-sha-512'), ['kafka', true, 9093, '']);
  assert.deepEqual(short('sqs://sqs.eu-west-1.amazonaws.com/123/a.fifo'), ['sqs', true, 443, '123/a.fifo']);
  assert.deepEqual(short('postgres://h/db?table=s.t'), ['postgres', false, 5432, 'db']);
  assert.deepEqual(short('postgres://h/db?table=t&sslmode=require'), ['postgres', true, 5432, 'db']);
});

test('a port that is written is the one that is meant, also where it is the default of something else', () => {
  for (const port of [21, 80, 443])
    assert.equal(read(`redis://h:${port}/?stream=s`).target.port, port, String(port));
  assert.notEqual(originOf('redis://h:21/?stream=s'), originOf('redis://h/?stream=s'));
  assert.equal(originOf('redis://h:6379/?stream=s'), originOf('redis://h/?stream=s'));
});

test('the password is kept apart from the URL, whatever it is made of', () => {
  const { url, password, target } = read('postgres://us%40er:p%3A%2F%40%C3%BC@h/db?table=t');
  assert.deepEqual([url, password, target.user], ['postgres://us%40er@h/db?table=t', 'p:/@ü', 'us@er']);
  assert.equal(read('redis://:only@h?stream=s').url, 'redis://h?stream=s');
  assert.equal(read('redis://h?stream=s').password, null);
});

test('a password that was not escaped is neither shown nor said', () => {
  for (const text of [
    'redis:///u:S3CRET@h/?stream=s',
    'redis:////u:S3CRET@h/?stream=s',
    'redis://u:12?S3CRET@h/?stream=s',
    'nats://1?S3CRET@h?subject=a',
    'amqp://u:12/S3CRET@h/?exchange=e',
    'postgres://u:12/S3CRET@h/db?table=t',
  ]) {
    wrong(text, /behind its host/);
    assert.doesNotMatch(String(readQueueUrl(text, 'to', strict)), /S3CRET/);
  }
  assert.equal(read('amqp://u:p@h/a%40b?exchange=e').target.path, 'a@b');
});

test('a token of NATS is a secret, and a user of a URL that was stored is none', () => {
  for (const text of ['nats://TOKEN@h?subject=a', 'nats://TOKEN:@h?subject=a']) {
    const { url, password, target } = read(text);
    assert.deepEqual([url, password, target.user], ['nats://h?subject=a', 'TOKEN', '']);
  }
  const stored = queueTargetOf(read('nats://shop:p@h?subject=a').url, 'to', dev);
  assert.ok(typeof stored !== 'string');
  assert.equal(stored.user, 'shop');
});

test('what is wrong with a URL is said in words, with an example', () => {
  wrong('redis://h', /lacks the parameter stream; write it as redis:\/\/host/);
  wrong('redis://h?stream=s&maxlen=-1', /maxlen must be a whole number/);
  wrong('redis://h?stream=s&colour=red', /unknown parameter colour \(known: stream, maxlen, create\)/);
  wrong('redis://h?stream=s&stream=t', /twice/);
  wrong('redis:h?stream=s', /is not a URL/);
  wrong('redis://h/db?stream=s', /number of a database/);
  wrong('redis://h:0?stream=s', /port 0/);
  wrong('redis://h?stream=s#x', /blank, a backslash or a #/);
  wrong('redis://a\\@b?stream=s', /backslash/);
  wrong('redis://u:%zz@h?stream=s', /no escape/);
  wrong('kafka://a:9092,b:9092?topic=t', /is not a URL/);
  wrong('nats://h?subject=a.*', /one subject/);
  wrong('postgres://h/db?table=a;drop', /name of a table/);
  wrong('sqs://h/orders', /account and name/);
  wrong(`redis://h?stream=${'x'.repeat(3000)}`, /longer than/);
});

test('hosts are judged as those of receivers are, in every spelling', () => {
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    'localhost',
    'a.localhost.',
    '10.0.0.1',
    '169.254.169.254',
  ])
    wrong(`redis://${host}/?stream=s`, /public addresses only/);
  wrong('sqs+http://sqs.example/1/q', /development mode only/);
  assert.equal(read('redis://localhost/?stream=s').target.hostname, 'localhost');
});

test('where nothing can be taken from, and what may be', () => {
  assert.equal(read('kafka://h?topic=t&group=g', 'from').target.options.group, 'g');
  assert.match(String(readQueueUrl('sqs://h/1/q', 'from', dev)), /nothing can be taken from/);
  assert.match(String(readQueueUrl('redis://h?stream=s&maxlen=5', 'from', dev)), /unknown parameter maxlen/);
});

test('a URL is shown with its password masked', () => {
  assert.equal(shownUrl({ url: 'redis://u@h?stream=s', password: 'p' }), 'redis://u:•••@h?stream=s');
  assert.equal(shownUrl({ url: 'redis://h?stream=s', password: 'p' }), 'redis://:•••@h?stream=s');
  assert.equal(shownUrl({ url: 'https://h/a@b', password: null }), 'https://h/a@b');
});

test('credentials belong to a scheme, a user, a host and a port', () => {
  const same = originOf('redis://u@h:1/?stream=a');
  assert.equal(originOf('redis://u:x@h:1/?stream=b'), same);
  for (const other of [
    'rediss://u@h:1/?stream=a',
    'redis://v@h:1/?stream=a',
    'redis://u@i:1/?stream=a',
    'redis://u@h:2/?stream=a',
  ])
    assert.notEqual(originOf(other), same);
  assert.equal(originOf('https://h/x'), originOf('https://h:443/y'));
});

test('only schemes of queues are queues', () => {
  for (const text of ['redis://', ' REDIS:x', 'postgresql://h']) assert.ok(isQueueUrl(text), text);
  for (const text of ['https://h', 'pull:', 'redisx://h', 'constructor:x', ''])
    assert.ok(!isQueueUrl(text), text);
  // Names that every object has.
  for (const text of ['constructor://h/?stream=s', 'valueof://h/', '__proto__://h/']) {
    wrong(text, /^names no queue; its schemes are redis, /);
    assert.equal(originOf(text), originOf(text.replace('://h', '://i')), text);
  }
});
