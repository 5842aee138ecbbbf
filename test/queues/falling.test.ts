import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { queued } from '../../src/ports/destination.case.ts';
import { amqp } from '../support/brokers/amqp.ts';
import type { Arrived, Broker, BrokerKind } from '../support/brokers/broker.ts';
import { kafka } from '../support/brokers/kafka.ts';
import { nats } from '../support/brokers/nats.ts';
import { openQueues } from '../support/brokers/open.ts';
import { redis } from '../support/brokers/redis.ts';
import { sqs, sqsFifo } from '../support/brokers/sqs.ts';
import { table } from '../support/brokers/table.ts';
import { eventually, type ServerProcess, startServerProcess, temporaryFolder } from '../support/process.ts';

/** CI_QUEUE_EVENTS: fewer, where there is little time. */
const many = Number(process.env.CI_QUEUE_EVENTS ?? 10_000);
const references = 50;
const batch = 500;
const waitMs = 100_000;
const patient = { timeoutMs: 30_000, connectTimeoutMs: 10_000 };

/** Larger events than any broker here takes. */
const settings = { SUREHOOK_LOG_LEVEL: 'warn', SUREHOOK_MAX_PAYLOAD: '2MiB' };

interface Stage {
  broker: Broker;
  server: ServerProcess;
  database: string;
}

/** A broker and a server, gone when the test ends. `restart` gives the server that runs then. */
async function onStage(kind: BrokerKind, act: (stage: Stage) => Promise<void>): Promise<void> {
  const broker = await kind.start();
  const folder = temporaryFolder();
  const database = `${folder.path}/surehook.db`;
  const stage = {
    broker,
    database,
    server: await startServerProcess(database, settings),
  };
  try {
    await act(stage);
  } finally {
    await stage.server.kill();
    await broker.close();
    folder.remove();
  }
}

async function endpointOf(server: ServerProcess, more: object): Promise<string> {
  const made = await server.call('POST', '/v1/endpoints', { events: ['*'], ...more });
  assert.equal(made.status, 201, made.text);
  return String(made.json.id);
}

/** Publishes events numbered from `from`, each about one of `references` things. */
async function publish(server: ServerProcess, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += batch) {
    const events = Array.from({ length: Math.min(batch, to - at) }, (_, i) => ({
      id: `evt_${String(at + i).padStart(6, '0')}`,
      type: 'order.created',
      reference: `ord-${(at + i) % references}`,
      data: { n: at + i },
    }));
    const answer = await server.call('POST', '/v1/events/batch', { events });
    assert.equal(answer.status, 202, answer.text);
  }
}

async function allDelivered(server: ServerProcess): Promise<void> {
  await eventually(waitMs, async () => {
    const open = await server.call('GET', '/v1/deliveries?status=pending,sending,retrying,held&limit=1');
    return open.json.data.length === 0;
  });
  const dead = await server.call('GET', '/v1/dead-letters?limit=1');
  assert.deepEqual(dead.json.data, []);
}

async function breakersOpen(server: ServerProcess): Promise<number> {
  const { text } = await server.call('GET', '/metrics');
  return Number(/^surehook_breakers_open (\d+)$/m.exec(text)![1]);
}

const idOf = ({ headers }: Arrived): string => headers['surehook-event-id']!;

/** What of each reference came after what should come later; a repetition counts where it came first. */
function outOfOrder(arrived: Arrived[]): string[] {
  const last = new Map<string, string>();
  const seen = new Set<string>();
  return arrived
    .filter((one) => {
      const id = idOf(one);
      if (seen.has(id)) return false;
      seen.add(id);
      const reference = one.headers['surehook-reference']!;
      const before = last.get(reference) ?? '';
      if (id > before) last.set(reference, id);
      return id < before;
    })
    .map(idOf);
}

// A broker may take long to start again on a machine that does much else.
const quick = { schedule: Array(60).fill('2s') };

for (const kind of [redis, nats, amqp, kafka, sqs, sqsFifo, table])
  describe(`a server and ${kind.name}`, { skip: kind.skip }, () => {
    test(`${many} events arrive once each, those about one thing in their order`, () =>
      onStage(kind, async ({ broker, server }) => {
        await endpointOf(server, { url: broker.url, ordered: true, concurrency: 64 });
        await publish(server, 0, many);
        await allDelivered(server);
        const arrived = await broker.arrived();
        const ids = arrived.map(idOf);
        assert.equal(new Set(ids).size, many);
        assert.equal(ids.length, many);
        assert.deepEqual(outOfOrder(arrived), []);
      }));

    test('the broker is killed under load and comes back: nothing is lost, little comes twice, each reference keeps its order', () =>
      onStage(kind, async ({ broker, server }) => {
        const half = Math.min(1000, many);
        await endpointOf(server, { url: broker.url, ordered: true, retry: quick, timeout: '5s' });
        await publish(server, 0, half);
        await broker.kill();
        await publish(server, half, 2 * half);
        await broker.start();
        await allDelivered(server);
        const arrived = await broker.arrived();
        const ids = arrived.map(idOf);
        const missing = Array.from(
          { length: 2 * half },
          (_, n) => `evt_${String(n).padStart(6, '0')}`,
        ).filter((id) => !ids.includes(id));
        assert.deepEqual(missing, []);
        const twice = ids.length - new Set(ids).size;
        // No more than what was under way when it fell.
        assert.ok(twice <= 16, `${twice} came twice`);
        assert.deepEqual(outOfOrder(arrived), []);
      }));

    // Half a minute passes between its probes.
    const slow =
      kind !== redis && many < 10_000 && 'takes a minute for each broker: with CI_QUEUE_EVENTS=10000';
    test(
      'while the broker is away the breaker is open, as at a receiver that is away, and closes when all arrives',
      { skip: slow },
      () =>
        onStage(kind, async ({ broker, server }) => {
          await endpointOf(server, { url: broker.url, retry: quick, timeout: '5s' });
          await broker.kill();
          await publish(server, 0, 100);
          await eventually(waitMs, async () => (await breakersOpen(server)) === 1);
          await broker.start();
          await allDelivered(server);
          assert.equal(await breakersOpen(server), 0);
          assert.equal(new Set((await broker.arrived()).map(idOf)).size, 100);
        }),
    );

    test('wrong credentials, a queue that is not there and a message that is too large end as dead letters that say why', () =>
      onStage(kind, async ({ broker, server }) => {
        const retry = { schedule: ['100ms'] };
        const why = async (url: string, data: object = {}): Promise<string> => {
          const id = await endpointOf(server, { url, retry });
          const event = await server.call('POST', '/v1/events', { type: 'a', data });
          assert.equal(event.status, 202, event.text);
          const dead = await eventually(waitMs, async () => {
            const { json } = await server.call('GET', `/v1/dead-letters?endpointId=${id}`);
            return json.data[0];
          });
          const { text, json } = await server.call('GET', `/v1/deliveries/${String(dead.id)}`);
          assert.doesNotMatch(text, /-secret|wrong@/);
          const { attempts } = json as unknown as { attempts: { error: string; detail: string }[] };
          assert.equal(attempts.length, 2);
          assert.equal(attempts[0]!.error, 'rejected');
          return attempts[0]!.detail;
        };
        assert.match(await why(broker.missing), broker.missingWords);
        if (broker.forbidden !== null)
          assert.match(await why(broker.forbidden), /auth|password|access|role|sasl/i);
        for (const { bytes, words } of broker.tooLarge)
          assert.match(await why(broker.url, { text: 'x'.repeat(bytes) }), words);
      }));
  });

test('wrong credentials of SQS end as a dead letter in its words (by a double: ElasticMQ knows no credentials)', async () => {
  const refusal = {
    __type: 'com.amazon.coral.service#InvalidClientTokenId',
    message: 'The token is invalid.',
  };
  const double = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(403).end(JSON.stringify(refusal)));
  });
  await new Promise<void>((resolve) => double.listen(0, '127.0.0.1', resolve));
  const { port } = double.address() as AddressInfo;
  const folder = temporaryFolder();
  const server = await startServerProcess(`${folder.path}/surehook.db`, settings);
  try {
    const url = `sqs+http://KEYID:wrong-secret@127.0.0.1:${port}/000000000000/orders`;
    await endpointOf(server, { url, retry: { schedule: ['100ms'] } });
    await publish(server, 0, 1);
    const dead = await eventually(waitMs, async () => {
      const { json } = await server.call('GET', '/v1/dead-letters');
      return json.data[0];
    });
    const { text } = await server.call('GET', `/v1/deliveries/${String(dead.id)}`);
    assert.match(text, /InvalidClientTokenId/);
    assert.doesNotMatch(text, /wrong-secret/);
  } finally {
    await server.kill();
    double.close();
    folder.remove();
  }
});

for (const kind of [redis, nats, amqp, kafka])
  describe(`a source that takes from ${kind.name}`, { skip: kind.skip }, () => {
    test(`${many} messages wait, the server is killed half-way: each becomes one event, and none is left`, () =>
      onStage(kind, async (stage) => {
        const { broker, database } = stage;
        const { sender } = openQueues({ dev: true, allowNetworks: [] });
        const ids = Array.from({ length: many }, (_, n) => `evt_${String(n).padStart(6, '0')}`);
        const fill = async (mine: string[]): Promise<void> => {
          for (const id of mine) {
            const outcome = await sender.send(
              queued(broker.url, id, { body: `{"type":"t","id":"${id}"}` }),
              patient,
            );
            assert.equal(outcome.error, null, outcome.detail);
          }
        };
        await Promise.all(Array.from({ length: 64 }, (_, n) => fill(ids.filter((_, i) => i % 64 === n))));
        await sender.close();
        const pulled = { url: 'pull:', sources: ['*'] };
        const endpoint = await endpointOf(stage.server, pulled);
        const source = { name: 'Q', consume: broker.from };
        const made = await stage.server.call('POST', '/v1/sources', source);
        assert.equal(made.status, 201, made.text);
        assert.doesNotMatch(made.text, /-secret/);
        const path = `/v1/sources/${String(made.json.id)}`;
        const stats = async (): Promise<number> => {
          const { text } = await stage.server.call('GET', '/metrics');
          return Number(/^surehook_deliveries_open (\d+)/m.exec(text)?.[1] ?? 0);
        };
        await eventually(waitMs, async () => (await stats()) > many / 4);
        await stage.server.kill();
        stage.server = await startServerProcess(database, settings);
        await eventually(waitMs, async () => {
          const { json } = await stage.server.call('GET', path);
          const { lag } = json.consumption as unknown as { lag: number | null };
          return lag === 0 && (await stats()) >= many;
        });
        const got = new Map<string, number>();
        for (;;) {
          const { json } = await stage.server.call('POST', `/v1/endpoints/${endpoint}/receive`, { max: 100 });
          const messages = json.data as unknown as { id: string; data: { id: string } }[];
          if (messages.length === 0) break;
          for (const { data } of messages) got.set(data.id, (got.get(data.id) ?? 0) + 1);
          const acked = { ids: messages.map(({ id }) => id) };
          await stage.server.call('POST', `/v1/endpoints/${endpoint}/ack`, acked);
        }
        assert.deepEqual(ids.filter((id) => got.get(id) !== 1).slice(0, 5), []);
        assert.equal(got.size, many);
      }));
  });
