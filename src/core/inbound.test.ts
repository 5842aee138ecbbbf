import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeCrypto } from '../adapters/system/crypto.ts';
import { isEventId, isEventType } from './event.ts';
import { type Inbound, type InboundRequest, judgeInbound } from './inbound.ts';
import * as limits from './limits/api.ts';
import type { Source } from './source.ts';
import { presets } from './sources/presets.ts';

const crypto = nodeCrypto();
const now = { atMs: 1_767_225_600_000, certificates: {} };

function sourceOf(changes: Partial<Source> = {}): Source {
  return {
    no: 1,
    id: 'src_1',
    accountNo: 1,
    name: 'S',
    token: 't',
    scheme: 'unsigned',
    custom: null,
    secrets: [],
    fields: {},
    eventType: null,
    eventId: null,
    reference: null,
    maxBodyBytes: 1000,
    ratePerSecond: null,
    ack: null,
    rejectStatus: null,
    schemas: null,
    tracking: null,
    consume: null,
    createdAtMs: 0,
    updatedAtMs: 0,
    ...changes,
  };
}

function requestOf(body: string | Uint8Array, changes: Partial<InboundRequest> = {}): InboundRequest {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { method: 'POST', url: 'https://in.example/in/t', headers: [], body: bytes, ...changes };
}

function believed(source: Source, request: InboundRequest): Inbound {
  const judged = judgeInbound(source, request, now, crypto);
  if (judged.kind !== 'believed') assert.fail(judged.kind);
  return judged.inbound;
}

test('whatever a stranger sends to whatever source is judged, never thrown at', () => {
  const names = fc.constantFrom(...presets.map(({ name }) => name));
  const headers = fc.array(
    fc.tuple(
      fc.constantFrom(
        'webhook-id',
        'webhook-signature',
        'stripe-signature',
        'content-type',
        'x-github-event',
      ),
      fc.string({ maxLength: 60 }),
    ),
    { maxLength: 8 },
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json({ maxDepth: 3 }).map((text) => new TextEncoder().encode(text)),
  );
  const method = fc.constantFrom('GET', 'POST');
  const url = fc.webUrl({ withQueryParameters: true });
  fc.assert(
    fc.property(names, headers, body, method, url, (scheme, pairs, bytes, verb, address) => {
      const request = requestOf(bytes, { headers: pairs.flat(), method: verb, url: address });
      const judged = judgeInbound(sourceOf({ scheme, secrets: ['k'] }), request, now, crypto);
      if (judged.kind !== 'believed') return;
      const { type, key, reference, data } = judged.inbound;
      assert.ok(isEventType(type), type);
      assert.ok(isEventId(key), key);
      assert.ok(reference === null || reference.length <= limits.referenceChars);
      JSON.parse(data);
    }),
    { numRuns: 500 },
  );
});

test('an event is about what the source says, else about data.reference or reference, with every digit', () => {
  const plain = (body: string): string | null => believed(sourceOf(), requestOf(body)).reference;
  assert.equal(plain('{"data":{"reference":"ORD-1"},"reference":"other"}'), 'ORD-1');
  assert.equal(plain('{"reference":12345678901234567890}'), '12345678901234567890');
  for (const body of [
    '{"reference":""}',
    '{"reference":{}}',
    '{"reference":"a\\nb"}',
    '{"reference":"\\ud800"}',
    '[]',
    'x',
  ])
    assert.equal(plain(body), null, body);
  assert.equal(plain(JSON.stringify({ reference: 'x'.repeat(limits.referenceChars + 1) })), null);
  const own = sourceOf({ reference: { body: '/order/id' } });
  assert.equal(believed(own, requestOf('{"order":{"id":"A"},"reference":"B"}')).reference, 'A');
  assert.equal(believed(own, requestOf('{"reference":"B"}')).reference, null);
});

test('a type of the source’s own holds for all that comes', () => {
  const source = sourceOf({ eventType: { text: 'order.paid' } });
  assert.equal(believed(source, requestOf('{"type":"other"}')).type, 'order.paid');
});

test('more than one signature is 400, another refusal what the source says, else what the provider wants', () => {
  const statusOf = (changes: Partial<Source>, headers: string[]): number => {
    const judged = judgeInbound(
      sourceOf({ secrets: ['k'], ...changes }),
      requestOf('{}', { headers }),
      now,
      crypto,
    );
    return judged.kind === 'refused' ? judged.refusal.status : 0;
  };
  const twice = ['x-webhook-signature', 'sha256=a', 'X-Webhook-Signature', 'sha256=b'];
  assert.equal(statusOf({ scheme: 'digital-goods', rejectStatus: 403 }, twice), 400);
  assert.equal(statusOf({ scheme: 'digital-goods', rejectStatus: 403 }, []), 403);
  assert.equal(statusOf({ scheme: 'digital-goods' }, []), 400);
  assert.equal(statusOf({ scheme: 'ecomm' }, []), 401);
  assert.equal(statusOf({ scheme: 'nobody-any-more' }, []), 401);
});
