import type { Account } from '../../src/core/account.ts';
import type { Endpoint } from '../../src/core/endpoint.ts';
import { SurehookError } from '../../src/core/errors.ts';
import type { Running, SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import type { EndpointRecord, Tracked } from './tracked.ts';
import { canaries, drawEndpoint, secretFor, urlOf } from './weather.ts';
import type { World } from './world.ts';

const actor = { name: 'somebody', isAdmin: true, scopes: [] };

/** People who look after endpoints and deliveries, through the same flow as the API. What fails they leave; others try other things. */
export class People {
  readonly #world: World;
  readonly #prng: Prng;
  #tags = 0;
  #urls = 1;

  constructor(world: World) {
    this.#world = world;
    this.#prng = world.kernel.prng.fork();
  }

  /** Something that somebody does at this moment. */
  act(): void {
    const prng = this.#prng;
    const { ledger } = this.#world;
    const records = [...ledger.records.values()].filter((record) => !record.deleted);
    if (records.length === 0) return;
    const record = prng.pick(records);
    const kind = prng.weighted({
      pause: 3,
      resume: 4,
      url: 2,
      rotate: 2,
      create: 1,
      delete: 1,
      retry: 4,
      cancel: 4,
      replay: 3,
      cancelReplay: 1,
    });
    this.#world.kernel.trace(`somebody: ${kind} at ${record.endpoint.no}`);
    if (kind === 'pause') this.#pause(record);
    else if (kind === 'resume') this.resume(record);
    else if (kind === 'create') this.create(record.endpoint.accountNo);
    else if (kind === 'delete') this.#delete(record);
    else if (kind === 'url' || kind === 'rotate') this.#edit(record, kind);
    else if (kind === 'cancelReplay') this.#cancelReplay();
    else if (kind === 'replay') this.#replay(record);
    else this.#onDelivery(record, kind);
  }

  create(accountNo: number): void {
    this.#tags += 1;
    const body = drawEndpoint(this.#prng, `r${this.#tags}`);
    this.#ask(
      null,
      async ({ administration }, account) => {
        await administration.createEndpoint(account, body, { actor, defaultProfile: 'standard' });
      },
      accountNo,
    );
  }

  resume(record: EndpointRecord): void {
    record.stopped = false;
    this.#ask(record, async ({ administration }, account, { id }) => {
      await administration.resumeEndpoint(account, id);
      record.stopped = false;
    });
  }

  /** A delivery that ended dead can be put back for as long as it is kept. */
  retry(one: Tracked): void {
    this.#ask(one.record, async ({ engine }, account) => {
      await engine.replayer.putBack(account, [one.key]);
    });
  }

  #pause(record: EndpointRecord): void {
    this.#ask(record, async ({ administration }, account, { id }) => {
      await administration.pauseEndpoint(account, id, actor);
      if (record.endpoint.status === 'paused') record.stopped = true;
    });
  }

  #delete(record: EndpointRecord): void {
    this.#ask(record, async ({ administration }, account, { id }) => {
      await administration.deleteEndpoint(account, id);
      record.stopped = true;
    });
  }

  #edit(record: EndpointRecord, kind: 'url' | 'rotate'): void {
    const { ledger } = this.#world;
    const prng = this.#prng;
    const { profile } = record.endpoint;
    let body: Record<string, unknown>;
    if (kind === 'rotate') {
      body = {
        secret: secretFor(prng, profile),
        overlap: prng.pick(['0s', '1h', '24h']),
        signWith: prng.pick(['new', 'old']),
      };
    } else {
      this.#urls += 1;
      const moves = prng.chance(0.5);
      if (moves) this.#tags += 1;
      const tag = moves ? `r${this.#tags}` : new URL(record.endpoint.url).hostname.replace('.example', '');
      ledger.byTag.set(tag, record);
      body = { url: urlOf(tag, this.#urls) };
    }
    this.#ask(record, async ({ administration }, account, { id }) => {
      if (kind === 'url') await administration.updateEndpoint(account, id, body, actor);
      else await administration.rotateSecret(account, id, body);
    });
  }

  #onDelivery(record: EndpointRecord, kind: 'retry' | 'cancel'): void {
    const those = [...this.#world.ledger.tracked.values()].filter((one) => one.record === record);
    if (those.length === 0) return;
    const open = those.filter((one) => one.state === 'open');
    const one = this.#prng.pick(open.length > 0 && this.#prng.chance(0.6) ? open : those);
    if (kind === 'retry') {
      this.retry(one);
      return;
    }
    this.#ask(record, async ({ engine }, account) => {
      await engine.replayer.cancelDelivery(account, one.key);
    });
  }

  #replay(record: EndpointRecord): void {
    const prng = this.#prng;
    const those = [...this.#world.ledger.tracked.values()].filter((one) => one.record === record);
    const keys = prng.chance(0.3) && those.length > 0 ? those.slice(0, 5).map((one) => one.key) : null;
    const filter = {
      endpointNo: prng.chance(0.7) ? record.endpoint.no : null,
      eventTypes: null,
      state: prng.pick(['dead', 'dead', 'delivered', 'cancelled'] as const),
      sinceMs: null,
      untilMs: null,
      keys,
    };
    this.#ask(record, async ({ engine }, account) => {
      await engine.replayer.startReplay(account, filter, null);
    });
  }

  #cancelReplay(): void {
    const replays = [...this.#world.ledger.replays.all.values()];
    if (replays.length === 0) return;
    const { replay } = this.#prng.pick(replays);
    this.#ask(
      null,
      async ({ engine }, account) => {
        await engine.replayer.cancelReplay(account, replay.id);
      },
      replay.accountNo,
    );
  }

  /** Through the node at the front, if it answers at all. An endpoint's settings are in doubt until an act on it has ended well. */
  #ask(
    record: EndpointRecord | null,
    act: (running: Running, account: Account, endpoint: Endpoint) => Promise<void>,
    accountNo = record?.endpoint.accountNo ?? 0,
  ): void {
    const node: SimNode | null = this.#world.front;
    if (node?.running == null || node.isStalled) return;
    const { running } = node;
    const account = running.engine.directory.account(accountNo);
    if (account === null) return;
    if (record !== null) record.acts += 1;
    const ended = (): void => {
      if (record !== null) record.acts -= 1;
    };
    node.enter(() => {
      act(running, account, record?.endpoint as Endpoint).then(ended, (error: unknown) => {
        ended();
        if (record !== null && !(error instanceof SurehookError)) record.unsure = true;
        const text = String(error);
        if (canaries.some((canary) => text.includes(canary)))
          this.#world.kernel.fail('20 secrets', `in an error: ${text}`);
      });
    });
  }
}
