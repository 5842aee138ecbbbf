import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type SignedRequest, signedRequest, staleRequest, tamperedRequest } from '../../sdk/testing.ts';
import { eventually, type ServerProcess, startServerProcess, temporaryFolder } from '../support/process.ts';
import { type App, installSdk } from '../support/sdk-package.ts';

const handlers = fileURLToPath(new URL('../../handlers/', import.meta.url));
const vectorsFile = fileURLToPath(new URL('../vectors/signatures.json', import.meta.url));
const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const burst = 1000;

const has = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const noPython = has('python3', '--version') ? false : 'python3 is not installed';
const noFlask =
  noPython || (has('python3', '-c', 'import flask') ? false : 'Flask is not installed (pip install flask)');
const noGo = has('go', 'version') ? false : 'Go is not installed';

interface Kind {
  skip: string | false;
  /** The command that starts it, once it is made ready in a folder. */
  prepare(folder: string): string[];
}

let app: App | null = null;

/** Each as a stranger would have it: its own files, in a folder of their own. */
const kinds: Record<string, Kind> = {
  Node: {
    skip: false,
    prepare() {
      app = installSdk();
      cpSync(join(handlers, 'node/receiver.ts'), join(app.path, 'receiver.ts'));
      return [process.execPath, join(app.path, 'receiver.ts')];
    },
  },
  Python: {
    skip: noPython,
    prepare(folder) {
      cpSync(join(handlers, 'python/receiver.py'), join(folder, 'receiver.py'));
      return ['python3', join(folder, 'receiver.py')];
    },
  },
  Flask: {
    skip: noFlask,
    prepare(folder) {
      for (const name of ['receiver.py', 'flask_receiver.py'])
        cpSync(join(handlers, 'python', name), join(folder, name));
      return ['python3', join(folder, 'flask_receiver.py')];
    },
  },
  Go: {
    skip: noGo,
    prepare(folder) {
      const binary = join(folder, 'receiver');
      const built = spawnSync('go', ['build', '-o', binary, '.'], {
        cwd: join(handlers, 'go'),
        encoding: 'utf8',
      });
      assert.equal(built.status, 0, built.stderr);
      return [binary];
    },
  },
};

interface Order {
  reference: string;
  state: string;
  deliveries: number;
}

/** A receiver in a process of its own, always at the same address. */
class Running {
  #child: ChildProcess | null = null;
  #port = 0;
  readonly #command: string[];
  readonly #env: Record<string, string>;

  constructor(command: string[], env: Record<string, string>) {
    this.#command = command;
    this.#env = env;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const [file, ...args] = this.#command;
    const env = { ...process.env, ...this.#env, PORT: String(this.#port), PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(file!, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-5000);
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const [, port] = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line) ?? [];
      if (port === undefined) continue;
      this.#port = Number(port);
      return;
    }
    throw new Error(`the receiver ended: ${errors}`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async post(request: SignedRequest): Promise<number> {
    const response = await fetch(`${this.url}/webhooks`, request);
    await response.arrayBuffer();
    return response.status;
  }

  async orders(): Promise<Map<string, Order>> {
    const list = (await (await fetch(`${this.url}/orders`)).json()) as Order[];
    return new Map(list.map((order) => [order.reference, order]));
  }

  /** Resolves when the order is in that state; answers how often it was delivered. */
  async reached(reference: string, state: string): Promise<number> {
    return await eventually(15_000, async () => {
      const order = (await this.orders()).get(reference);
      return order?.state === state && order.deliveries + 1;
    }).then((deliveries) => deliveries - 1);
  }
}

function order(reference: string, type = 'order.fulfilled', id = `evt_${reference}_${type}`) {
  return { secret, id, body: { type, timestamp: '2026-01-01T00:00:00Z', data: { reference, total: 12.5 } } };
}

/** The supplier whom receivers ask for orders that they heard nothing of. */
async function startSupplier(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const isForgotten = request.url?.startsWith('/orders/FORGOTTEN');
    response.end(JSON.stringify({ status: isForgotten ? 'fulfilled' : 'pending' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describe('the reference receivers', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let supplier: { url: string; close(): void };

  before(async () => {
    server = await startServerProcess(`${folder.path}/surehook.db`, { SUREHOOK_LOG_LEVEL: 'warn' });
    supplier = await startSupplier();
  });

  after(async () => {
    await server.kill();
    supplier.close();
    app?.remove();
    folder.remove();
  });

  for (const [name, { skip, prepare }] of Object.entries(kinds)) {
    describe(name, { skip }, () => {
      let running: Running;

      before(async () => {
        const home = join(folder.path, name);
        mkdirSync(home);
        const command = prepare(home);
        running = new Running(command, {
          DATABASE: join(home, 'orders.db'),
          WEBHOOK_SECRET: `${secret} whsec_${Buffer.alloc(24, 7).toString('base64')}`,
          SUPPLIER_URL: supplier.url,
          POLL_AFTER_MS: '100',
          POLL_EVERY_MS: '200',
        });
        await running.start();
      });

      after(async () => running.kill());

      test('takes what is signed, with either secret, and refuses what is tampered with, stale, unsigned or too long', async () => {
        assert.equal(await running.post(await signedRequest(order('GOOD'))), 200);
        const old = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
        assert.equal(await running.post(await signedRequest({ ...order('ROTATED'), secret: old })), 200);
        assert.equal(await running.post(await tamperedRequest(order('BAD'))), 401);
        assert.equal(await running.post(await staleRequest(order('STALE'))), 401);
        assert.equal(await running.post({ ...(await signedRequest(order('NONE'))), headers: {} }), 401);
        const long = { ...order('LONG'), body: 'x'.repeat(1024 * 1024 + 1) };
        assert.equal(await running.post(await signedRequest(long)), 413);
        assert.equal(await running.reached('GOOD', 'fulfilled'), 1);
        assert.equal(await running.reached('ROTATED', 'fulfilled'), 1);
        assert.deepEqual(
          [...(await running.orders()).keys()].filter((reference) => /BAD|STALE|NONE|LONG/.test(reference)),
          [],
        );
      });

      test('delivers once what is replayed, duplicated or sent many times at once', async () => {
        const request = await signedRequest(order('TWICE'));
        for (let round = 0; round < 3; round += 1) assert.equal(await running.post(request), 200);
        // Another event about the same order.
        assert.equal(
          await running.post(await signedRequest(order('TWICE', 'order.fulfilled', 'evt_other'))),
          200,
        );
        const atOnce = await signedRequest(order('ATONCE'));
        const statuses = await Promise.all(Array.from({ length: 20 }, () => running.post(atOnce)));
        assert.ok(
          statuses.every((status) => status === 200),
          String(statuses),
        );
        assert.equal(await running.reached('ATONCE', 'fulfilled'), 1);
        assert.equal(await running.reached('TWICE', 'fulfilled'), 1);
      });

      test('never takes an order back when events come out of order', async () => {
        for (const type of ['order.fulfilled', 'order.created', 'order.failed', 'order.constructor'])
          assert.equal(await running.post(await signedRequest(order('DISORDER', type))), 200);
        await running.post(await signedRequest(order('LAST')));
        assert.equal(await running.reached('LAST', 'fulfilled'), 1);
        const { state, deliveries } = (await running.orders()).get('DISORDER')!;
        assert.deepEqual([state, deliveries], ['fulfilled', 1]);
        await running.post(await signedRequest(order('DISORDER', 'order.refunded')));
        assert.equal(await running.reached('DISORDER', 'refunded'), 1);
      });

      test('asks for an order whose webhook never came, and ignores the webhook that comes late', async () => {
        await running.post(await signedRequest(order('FORGOTTEN', 'order.created')));
        assert.equal(await running.reached('FORGOTTEN', 'fulfilled'), 1);
        await running.post(await signedRequest(order('FORGOTTEN')));
        await running.post(await signedRequest(order('AFTER')));
        assert.equal(await running.reached('AFTER', 'fulfilled'), 1);
        assert.equal((await running.orders()).get('FORGOTTEN')!.deliveries, 1);
      });

      test(`of ${burst} orders that Surehook delivers while it is killed and started again, each is delivered once`, async () => {
        const endpoint = await server.call('POST', '/v1/endpoints', {
          url: `${running.url}/webhooks`,
          events: [`${name.toLowerCase()}.*`, 'order.*'],
          secret,
          retry: { schedule: Array.from({ length: 30 }, () => '500ms') },
        });
        assert.equal(endpoint.status, 201, endpoint.text);
        const references = Array.from({ length: burst }, (_, place) => `BURST-${place}`);
        const events = references.map((reference) => ({ type: 'order.fulfilled', data: { reference } }));
        for (let at = 0; at < burst; at += 100) {
          const posted = await server.call('POST', '/v1/events/batch', {
            events: events.slice(at, at + 100),
          });
          assert.ok(posted.status < 300, posted.text);
        }
        const delivered = async () =>
          [...(await running.orders()).values()].filter(({ reference }) => reference.startsWith('BURST'))
            .length;
        await eventually(30_000, async () => (await delivered()) > 0);
        await running.kill();
        await running.start();
        await eventually(60_000, async () => (await delivered()) === burst);
        const orders = await running.orders();
        assert.deepEqual(
          references.filter((reference) => orders.get(reference)?.deliveries !== 1),
          [],
        );
        await server.call('DELETE', `/v1/endpoints/${String(endpoint.json.id)}`);
      });
    });
  }

  test('Python judges the vectors as Surehook does', { skip: noPython }, () => {
    const judge = `
import base64, json, sys
sys.path.insert(0, sys.argv[1])
from receiver import Refused, verify
judged = 0
for vector in json.load(open(sys.argv[2])):
    secrets = [vector["secret"], *vector.get("additionalSecrets", [])]
    if vector["scheme"] != "standard-webhooks" or vector.get("publicKey") or str(secrets[0])[:5] in ("whsk_", "whpk_"):
        continue
    judged += 1
    try:
        verify(list(vector["headers"].items()), base64.b64decode(vector["rawBodyBase64"]), secrets, vector["now"])
        valid = True
    except Refused:
        valid = False
    if valid != vector["valid"]:
        print(vector["id"])
if judged < 30:
    print("only", judged)
`;
    const args = ['-B', '-c', judge, join(handlers, 'python'), vectorsFile];
    const { stdout, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
    assert.deepEqual([stdout, stderr], ['', '']);
  });

  test('Go judges the vectors as Surehook does', { skip: noGo }, () => {
    const env = { ...process.env, VECTORS: vectorsFile };
    const { status, stdout } = spawnSync('go', ['test', '.'], {
      cwd: join(handlers, 'go'),
      env,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  });
});
