import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOf, type Forward, readForward, targetsOf } from './listen-routes.ts';

const read = (...texts: string[]): Forward[] => texts.map((text) => readForward(text) as Forward);

test('a forward is a URL, or a pattern of types and a URL, whatever stands in the query', () => {
  assert.deepEqual(readForward('http://localhost:3000/hooks?a=b'), {
    pattern: null,
    url: 'http://localhost:3000/hooks?a=b',
  });
  assert.deepEqual(readForward('order.*=http://localhost:3000'), {
    pattern: 'order.*',
    url: 'http://localhost:3000/',
  });
  for (const wrong of [
    '',
    'localhost:3000',
    'order.*=',
    'or der=http://localhost/',
    'ftp://localhost/',
    '=http://localhost/',
  ])
    assert.ok('problem' in readForward(wrong), wrong);
});

test('an event goes to every address whose pattern takes it, else to those without one, and to none twice', () => {
  const forwards = read(
    'order.*=http://a/',
    'order.created=http://b/',
    'order.created=http://a/',
    'http://rest/',
  );
  assert.deepEqual(targetsOf(forwards, 'order.created'), ['http://a/', 'http://b/']);
  assert.deepEqual(targetsOf(forwards, 'order.failed'), ['http://a/']);
  assert.deepEqual(targetsOf(forwards, 'balance.low'), ['http://rest/']);
  assert.deepEqual(targetsOf(read('order.*=http://a/'), 'balance.low'), []);
});

test('the server is asked for what some forward takes, and for everything where one takes the rest', () => {
  assert.deepEqual(eventsOf(read('order.*=http://a/', 'balance.low=http://b/')), ['order.*', 'balance.low']);
  assert.deepEqual(eventsOf(read('order.*=http://a/', 'http://rest/')), ['*']);
  assert.deepEqual(eventsOf([]), ['*']);
});
