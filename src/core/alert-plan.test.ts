import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AlertKind, messageDueAtMs, nextTryAtMs, type OpenAlert, type Signal } from './alert.ts';
import {
  causeOf,
  conditionsOf,
  isRejected,
  isSilent,
  medianGapMs,
  planAlerts,
  type Surroundings,
} from './alert-plan.ts';
import { messageText } from './alert-text.ts';
import type { Endpoint } from './endpoint.ts';
import * as limits from './limits/alerts.ts';

const t0 = Date.parse('2026-01-01T00:00:00Z');
const hourMs = 3_600_000;

function endpoint(changes: Partial<Endpoint> = {}): Endpoint {
  const url = 'https://shop.example/hooks';
  return {
    no: 1,
    id: 'ep_1',
    accountNo: 1,
    url,
    description: '',
    status: 'active',
    statusReason: null,
    ...changes,
  } as Endpoint;
}

const paused = endpoint({
  status: 'paused',
  statusReason: 'paused by the platform at T: nothing but failure',
});
const quiet: Surroundings = {
  endpoints: [],
  slow: [],
  sources: [],
  oldestDueAtMs: null,
  defaultAccountNo: 1,
  nowMs: t0,
};
const kindsOf = (changes: Partial<Surroundings>): AlertKind[] =>
  conditionsOf({ ...quiet, ...changes }).map(({ kind }) => kind);

function open(kind: AlertKind, changes: Partial<OpenAlert> = {}): OpenAlert {
  const about = { no: 7, id: 'alr_7', accountNo: 1, subject: 'ep_1', summary: 'S', detail: {} };
  return { ...about, kind, count: 1, raisedAtMs: t0, lastAtMs: t0, resolvedAtMs: null, told: [], ...changes };
}

function signal(kind: AlertKind, changes: Partial<Signal> = {}): Signal {
  return {
    accountNo: 1,
    kind,
    subject: 'ep_1',
    detail: {},
    count: 1,
    atMs: t0,
    firstNo: 1,
    lastNo: 1,
    ...changes,
  };
}

let made = 0;
const rules = {
  endpoints: [endpoint()],
  sourceName: (id: string) => (id === 'src_1' ? 'Supplier' : null),
  tellOf: () => [{ ruleId: 'r', channelId: 'c' }],
  newId: () => `alr_${++made}`,
  nowMs: t0,
};
const nothing = { conditions: [], signals: [], open: [] };

describe('what people are told of', () => {
  test('an endpoint that the platform stopped, not one that a person paused', () => {
    assert.deepEqual(kindsOf({ endpoints: [paused] }), ['endpoint.paused']);
    const disabled = endpoint({ status: 'disabled', statusReason: 'disabled by the platform at T: 410' });
    assert.deepEqual(kindsOf({ endpoints: [disabled] }), ['endpoint.disabled']);
    const byPerson = endpoint({ status: 'paused', statusReason: 'paused by key "ci" at T' });
    assert.deepEqual(kindsOf({ endpoints: [byPerson, endpoint()] }), []);
  });

  test('a queue that is late by more than a minute', () => {
    assert.deepEqual(kindsOf({ oldestDueAtMs: t0 - limits.alertLagMs }), []);
    assert.deepEqual(kindsOf({ oldestDueAtMs: t0 - limits.alertLagMs - 1 }), ['queue.lag']);
  });

  test('a source of which more than a twentieth and at least ten calls are rejected', () => {
    assert.equal(isRejected({ accepted: 0, rejected: 9 }), false);
    assert.equal(isRejected({ accepted: 189, rejected: 10 }), true);
    assert.equal(isRejected({ accepted: 190, rejected: 10 }), false);
  });

  test('a source that is silent for more than five usual gaps, and more than an hour', () => {
    const lastAtMs = t0;
    assert.equal(isSilent({ lastAtMs, medianGapMs: 1000 }, t0 + hourMs), false);
    assert.equal(isSilent({ lastAtMs, medianGapMs: 1000 }, t0 + hourMs + 1), true);
    assert.equal(isSilent({ lastAtMs, medianGapMs: hourMs }, t0 + 5 * hourMs), false);
    assert.equal(isSilent({ lastAtMs, medianGapMs: hourMs }, t0 + 5 * hourMs + 1), true);
    assert.equal(isSilent({ lastAtMs, medianGapMs: null }, t0 + 500 * hourMs), false);
    assert.equal(medianGapMs([100, 90, 50, 49]), 10);
    assert.equal(medianGapMs([100, 90]), null);
  });

  test('a slow endpoint', () => {
    assert.deepEqual(kindsOf({ endpoints: [endpoint()], slow: [{ endpointNo: 1, attempts: 20, slow: 2 }] }), [
      'endpoint.slow',
    ]);
  });
});

describe('alerts', () => {
  test('a state of affairs is raised when it begins, not while it lasts, and is over when it is', () => {
    const conditions = conditionsOf({ ...quiet, oldestDueAtMs: 0 });
    const begun = planAlerts({ ...nothing, conditions }, rules);
    assert.deepEqual(
      begun.raised.map(({ kind }) => kind),
      ['queue.lag'],
    );
    const lag = open('queue.lag', { subject: 'queue' });
    assert.deepEqual(planAlerts({ ...nothing, conditions, open: [lag] }, rules), {
      raised: [],
      resolved: [],
    });
    assert.deepEqual(planAlerts({ ...nothing, open: [lag] }, rules).resolved, [
      { no: 7, accountNo: 1, tell: true },
    ]);
  });

  test('things that happened are grouped by what they are about', () => {
    const signals = [
      signal('delivery.dead', { count: 3 }),
      signal('order.failed', { subject: 'ord_1', detail: { sourceId: 'src_1', order: 'ord_1' } }),
      signal('order.failed', { subject: 'ord_2', detail: { sourceId: 'src_1', order: 'ord_2' } }),
      signal('balance.low', { subject: 'evt_1', detail: { sourceId: null } }),
    ];
    const { raised } = planAlerts({ ...nothing, signals }, rules);
    assert.deepEqual(
      raised.map(({ kind, subject, summary }) => [kind, subject, summary]),
      [
        ['delivery.dead', 'ep_1', '3 deliveries to https://shop.example (ep_1) used up all attempts.'],
        ['order.failed', 'src_1', '2 orders of Supplier (src_1) failed.'],
        ['balance.low', 'api', 'The balance at the API is low.'],
      ],
    );
    assert.equal(raised[1]!.signals.length, 2);
  });

  test('what happens again is told of with all that happened since the alert was raised', () => {
    const before = open('delivery.dead', { count: 3 });
    const seen = { ...nothing, signals: [signal('delivery.dead', { count: 2 })], open: [before] };
    const [raised] = planAlerts(seen, rules).raised;
    assert.match(raised!.summary, /^5 deliveries to /);
  });

  test('an endpoint is called what its owner calls it, and its address tells no path, which may be a secret', () => {
    const endpoints = [endpoint({ description: 'The ERP' })];
    const { raised } = planAlerts(
      { ...nothing, signals: [signal('delivery.dead')] },
      { ...rules, endpoints },
    );
    assert.equal(
      raised[0]!.summary,
      '1 delivery to “The ERP” at https://shop.example (ep_1) used up all attempts.',
    );
  });

  test('what something comes from has the same name whenever it is looked at, and another when it happens again', () => {
    const causeAt = (statusAtMs: number, nowMs: number): string => {
      const conditions = conditionsOf({ ...quiet, endpoints: [{ ...paused, statusAtMs }] });
      return planAlerts({ ...nothing, conditions }, { ...rules, nowMs }).raised[0]!.cause;
    };
    assert.equal(causeAt(t0, t0), causeAt(t0, t0 + hourMs));
    assert.notEqual(causeAt(t0, t0), causeAt(t0 + 1, t0));
    const dead = (firstNo: number) => causeOf(signal('delivery.dead', { firstNo, lastNo: firstNo + 3 }));
    assert.equal(dead(5), dead(5));
    assert.notEqual(dead(5), dead(6));
    const failed = (firstNo: number) => causeOf(signal('order.failed', { subject: 'ord_1', firstNo }));
    assert.equal(failed(5), failed(6));
    const recovered = planAlerts({ ...nothing, open: [open('endpoint.paused')] }, rules).raised[0]!;
    assert.equal(recovered.cause, 'alr_7');
  });

  test('what happened is over when it has not happened again for a while', () => {
    const dead = open('delivery.dead');
    const at = (nowMs: number) => planAlerts({ ...nothing, open: [dead] }, { ...rules, nowMs }).resolved;
    assert.deepEqual(at(t0 + limits.alertQuietMs - 1), []);
    assert.deepEqual(at(t0 + limits.alertQuietMs), [{ no: 7, accountNo: 1, tell: false }]);
  });

  test('whoever was told that an endpoint stopped, or wants to hear of recoveries, is told once that it works', () => {
    const told = [{ ruleId: 'r1', channelId: 'c' }];
    const tellOf = () => [
      { ruleId: 'r2', channelId: 'c' },
      { ruleId: 'r2', channelId: 'd' },
    ];
    const plan = planAlerts({ ...nothing, open: [open('endpoint.paused', { told })] }, { ...rules, tellOf });
    assert.deepEqual(plan.resolved, [{ no: 7, accountNo: 1, tell: false }]);
    const [recovered] = plan.raised;
    assert.equal(recovered!.kind, 'endpoint.recovered');
    assert.deepEqual(
      recovered!.tell.map(({ channelId }) => channelId),
      ['c', 'd'],
    );
  });

  test('an endpoint that was deleted or stopped by a person did not recover', () => {
    const alerts = [open('endpoint.paused')];
    assert.deepEqual(planAlerts({ ...nothing, open: alerts }, { ...rules, endpoints: [] }).raised, []);
    const held = endpoint({ status: 'paused', statusReason: 'paused by key "ci" at T' });
    assert.deepEqual(planAlerts({ ...nothing, open: alerts }, { ...rules, endpoints: [held] }).raised, []);
  });

  test('messages about the same thing keep their distance, and are tried again for a day', () => {
    assert.equal(messageDueAtMs(null, t0), t0);
    assert.equal(messageDueAtMs(t0 - 1000, t0), t0 - 1000 + limits.alertQuietMs);
    assert.equal(messageDueAtMs(t0 - hourMs, t0), t0);
    assert.equal(nextTryAtMs({ createdAtMs: t0 }, 1, t0), t0 + limits.messageAgainMs);
    assert.equal(nextTryAtMs({ createdAtMs: t0 }, 50, t0), t0 + limits.messageAgainMaxMs);
    assert.equal(nextTryAtMs({ createdAtMs: t0 }, 50, t0 + limits.messageGiveUpMs), null);
  });

  test('a message holds no line break where a header could begin', () => {
    const alert = open('endpoint.paused', { summary: 'a\r\nBcc: all@shop.example\u2028b' });
    const { subject, text } = messageText([alert], 'raised', { account: 'default', where: 'http://here' });
    assert.doesNotMatch(subject, /[\r\n\u2028]/);
    assert.match(text, /^a Bcc: all@shop\.example b\n/);
    assert.match(text, /^Look at it: http:\/\/here\/alerts\/alr_7\?account=default$/m);
  });
});
