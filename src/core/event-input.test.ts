import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { SurehookError } from './errors.ts';
import { parseBatch, parseEvent, parseTestEvent } from './event-input.ts';
import * as limits from './limits/api.ts';

const nowMs = Date.parse('2026-01-31T12:00:00Z');
const read = (text: string, maxDataBytes = 1000) => parseEvent(text, { nowMs, maxDataBytes });

function refusal(text: string, maxDataBytes = 1000): SurehookError {
  try {
    read(text, maxDataBytes);
  } catch (error) {
    assert.ok(error instanceof SurehookError, String(error));
    return error;
  }
  throw new Error(`was not refused: ${text}`);
}

const pointers = (text: string): string[] => refusal(text).problems.map((problem) => problem.pointer);

test('the text of data is kept byte for byte', () => {
  const data = '{ "z":1.50,"a": 12345678901234567890,\t"u":"\\u00e9é€😀\\ud800", "e":1E+2 }';
  assert.equal(read(`{"type":"a", "data" : ${data} }`).data, data);
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      assert.equal(read(`{"data":${text},"type":"x"}`, 1e6).data, text);
    }),
  );
});

test('an event with only a type and data has nothing else', () => {
  assert.deepEqual(read('{"type":"order.created","data":{}}'), {
    type: 'order.created',
    id: null,
    timestamp: null,
    data: '{}',
    reference: null,
    account: null,
    deliverAtMs: null,
  });
});

test('every spelling of type in the known envelopes is understood, and their other members are ignored', () => {
  assert.equal(
    read('{"event":"order.fulfilled","timestamp":"2026-05-01T14:23:11Z","data":{},"signature":"sha256=abc"}')
      .type,
    'order.fulfilled',
  );
  assert.equal(read('{"eventType":"pet.adopted","data":1}').type, 'pet.adopted');
  assert.equal(read('{"event_type":"order.created","data":1}').type, 'order.created');
  assert.equal(read('{"type":null,"event":"b","data":1}').type, 'b');
});

test('null for an optional member counts as absent', () => {
  const event = read(
    '{"type":"a","data":null,"id":null,"timestamp":null,"reference":null,"account":null,"deliverAt":null}',
  );
  assert.deepEqual(event, {
    type: 'a',
    id: null,
    timestamp: null,
    data: 'null',
    reference: null,
    account: null,
    deliverAtMs: null,
  });
});

test('everything that is wrong is named at once, each with its pointer', () => {
  assert.deepEqual(pointers('{}'), ['/type', '/data']);
  assert.deepEqual(pointers('{"type":"","data":1}'), ['/type']);
  assert.deepEqual(
    pointers('{"event":7,"id":7,"timestamp":"soon","reference":{},"account":1,"deliverAt":"tomorrow"}'),
    ['/event', '/id', '/timestamp', '/reference', '/account', '/deliverAt', '/data'],
  );
  assert.equal(refusal('{"type":"a"').code, 'unparseable');
  assert.equal(refusal('[]').code, 'invalid');
});

test('type and id cannot carry a line break, NUL, space or anything else outside their alphabet', () => {
  for (const bad of ['a\\r\\nb', 'a\\u0000', 'a b', 'é', "a'--", 'x'.repeat(129)]) {
    assert.deepEqual(pointers(`{"type":"${bad}","data":1}`), ['/type']);
  }
  for (const bad of ['', 'a\\nb', 'a b', 'é', 'x'.repeat(201)])
    assert.deepEqual(pointers(`{"type":"a","data":1,"id":"${bad}"}`), ['/id']);
  assert.equal(read(`{"type":"${'x'.repeat(128)}","data":1,"id":"${'~'.repeat(200)}"}`).id, '~'.repeat(200));
});

test('the reference is the event’s own, else the string or number at data.reference', () => {
  assert.equal(read('{"type":"a","data":{"reference":"ORD-1"}}').reference, 'ORD-1');
  assert.equal(read('{"type":"a","reference":"own","data":{"reference":"ORD-1"}}').reference, 'own');
  assert.equal(
    read('{"type":"a","data":{"reference":12345678901234567890.10}}').reference,
    '12345678901234567890.10',
  );
  assert.equal(read('{"type":"a","data":{"reference":"caf\\u00e9"}}').reference, 'café');
  for (const none of [
    '{"reference":{}}',
    '{"reference":true}',
    '{"reference":null}',
    '{"reference":""}',
    '{"x":{"reference":"deep"}}',
    '["reference"]',
  ]) {
    assert.equal(read(`{"type":"a","data":${none}}`).reference, null);
  }
});

test('a reference that cannot be stored or compared is refused, wherever it stands', () => {
  for (const bad of ['a\\u0000b', '\\ud800', 'x'.repeat(limits.referenceChars + 1)]) {
    assert.deepEqual(pointers(`{"type":"a","data":{"reference":"${bad}"}}`), ['/data/reference']);
    assert.deepEqual(pointers(`{"type":"a","reference":"${bad}","data":{}}`), ['/reference']);
  }
});

test('two spellings of the type must say the same', () => {
  assert.equal(read('{"type":"a","event":"a","data":1}').type, 'a');
  assert.equal(read('{"type":"a","event":{"name":"b"},"event_type":null,"data":1}').type, 'a');
  assert.deepEqual(pointers('{"type":"a","event":"b","data":1}'), ['/event']);
  assert.deepEqual(pointers('{"event":"b","eventType":"a","event_type":"a","data":1}'), ['/event']);
});

test('a misspelt deliverAt is refused, as what was to wait would go out now; other unknown members are ignored', () => {
  for (const name of ['deliver_at', 'delivery_at', 'deliveryAt', 'deliverat'])
    assert.deepEqual(pointers(`{"type":"a","data":1,"${name}":"2026-02-01T12:00:00Z"}`), [`/${name}`]);
  assert.equal(
    read('{"type":"a","data":1,"deliver_at":null,"signature":"x","refrence":"y"}').reference,
    null,
  );
});

test('a test names its type in any spelling that an event may have', () => {
  for (const name of ['type', 'eventType', 'event_type', 'event'])
    assert.deepEqual(parseTestEvent(`{"${name}":"a.b","data":{"n": 1.50}}`), {
      type: 'a.b',
      data: '{"n": 1.50}',
    });
  const found = (text: string): string[] => {
    try {
      parseTestEvent(text);
    } catch (error) {
      if (error instanceof SurehookError) return error.problems.map((problem) => problem.pointer);
    }
    return [];
  };
  assert.deepEqual(found('{}'), ['/eventType', '/data']);
  assert.deepEqual(found('{"type":"a","event":"b","data":1}'), ['/event']);
  assert.deepEqual(found('{"type":"a b","data":1}'), ['/type']);
});

test('a timestamp is kept as given, and can carry nothing into a header', () => {
  for (const good of [
    '2026-05-01T14:23:11Z',
    '2026-05-01T14:23:11.123456+02:00',
    '2025-01-06T12:00:00.000Z',
  ]) {
    assert.equal(read(`{"type":"a","data":1,"timestamp":"${good}"}`).timestamp, good);
  }
  for (const bad of [
    'order 1',
    '2026-13-01T00:00:00Z',
    '2025-01-06 (\\r\\nx: y)',
    '1715990400',
    '2025-01-06',
    '2025-01-06T12:00',
    '2025-01-06T12:00:00',
    `2025-01-06${' '.repeat(60)}`,
  ]) {
    assert.deepEqual(pointers(`{"type":"a","data":1,"timestamp":"${bad}"}`), ['/timestamp']);
  }
});

test('deliverAt is a time: not before now, and not more than a year ahead', () => {
  assert.equal(read('{"type":"a","data":1,"deliverAt":"2026-01-31T13:00:00+01:00"}').deliverAtMs, nowMs);
  assert.equal(read('{"type":"a","data":1,"deliverAt":"2020-01-01T00:00:00Z"}').deliverAtMs, nowMs);
  assert.equal(
    read('{"type":"a","data":1,"deliverAt":"2026-02-01T12:00:00Z"}').deliverAtMs,
    nowMs + 86_400_000,
  );
  for (const bad of ['2028-01-01T00:00:00Z', '2026-02-01', '2026-02-01T12:00:00'])
    assert.deepEqual(pointers(`{"type":"a","data":1,"deliverAt":"${bad}"}`), ['/deliverAt']);
});

test('data is measured in bytes of UTF-8, not in characters', () => {
  for (const [data, bytes] of [
    ['"abc"', 5],
    ['"é"', 4],
    ['"€"', 5],
    ['"😀"', 6],
    ['"é€😀x"', 12],
  ] as const) {
    assert.equal(read(`{"type":"a","data":${data}}`, bytes).data, data);
    assert.equal(refusal(`{"type":"a","data":${data}}`, bytes - 1).code, 'too_large');
  }
});

test('a member named __proto__ changes nothing', () => {
  const event = read(
    '{"__proto__":{"id":"evil","data":1},"type":"a","data":{"__proto__":{"reference":"evil"}}}',
  );
  assert.equal(event.id, null);
  assert.equal(event.reference, null);
});

test('a batch is cut into the texts of its events, whatever each of them is worth', () => {
  assert.deepEqual(parseBatch('{"x":1,"events":[{"type":"a","data":"é"}, 7 ,{"type":1}]}'), [
    '{"type":"a","data":"é"}',
    '7',
    '{"type":1}',
  ]);
});

test('a batch without events, or with more than 1,000, is refused as a whole', () => {
  for (const text of [
    '{}',
    '{"events":[]}',
    '{"events":{}}',
    '{"events":null}',
    `{"events":[${'1,'.repeat(1000)}1]}`,
  ]) {
    assert.throws(
      () => parseBatch(text),
      (error: unknown) => error instanceof SurehookError && error.problems[0]?.pointer === '/events',
    );
  }
  assert.equal(parseBatch(`{"events":[${'1,'.repeat(999)}1]}`).length, 1000);
});

test('an event in a batch may be nested as deep as one that comes alone', () => {
  const deepest = `{"type":"a","data":${'['.repeat(limits.jsonDepth - 1)}${']'.repeat(limits.jsonDepth - 1)}}`;
  assert.equal(parseBatch(`{"events":[${deepest}]}`)[0], deepest);
  assert.ok(read(deepest));
});
