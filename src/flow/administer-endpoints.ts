import type { Account } from '../core/account.ts';
import type { Endpoint } from '../core/endpoint.ts';
import {
  type EndpointChanges,
  type EndpointRules,
  pausedBy,
  readEndpointChanges,
  readNewEndpoint,
  resumed,
} from '../core/endpoint-input.ts';
import { notFound, SurehookError } from '../core/errors.ts';
import { idBytes, newId } from '../core/ids.ts';
import { readRotation } from '../core/rotation.ts';
import type { Actor, AdministrationParts } from './administer-parts.ts';

/** Acts on endpoints. Changes to one endpoint go one after another, for each builds on what the last one left. */
export class EndpointActs {
  readonly #parts: AdministrationParts;
  readonly #turns = new Map<number, Promise<unknown>>();

  constructor(parts: AdministrationParts) {
    this.#parts = parts;
  }

  async create(
    account: Account,
    body: unknown,
    options: { actor: Actor; defaultProfile: string },
  ): Promise<Endpoint> {
    const { store, directory, random, clock, hooks } = this.#parts;
    const { actor, defaultProfile } = options;
    const id = newId('ep_', clock.nowMs(), random.bytes(idBytes));
    const endpoint = readNewEndpoint(body, {
      ...this.#rules(actor.name),
      id,
      accountNo: account.no,
      defaultProfile,
    });
    const { maxEndpoints } = directory.account(account.no) ?? account;
    const made = await store.createEndpoint(endpoint, maxEndpoints);
    if (made === 'too_many') {
      const detail = `The account has ${maxEndpoints} endpoints, the most it can have. Delete one, or raise that with an admin key: PATCH /v1/accounts/${account.id}, "maxEndpoints".`;
      throw new SurehookError('conflict', detail);
    }
    directory.setEndpoint(made.endpoint, made.version);
    hooks.endpointChanged(made.endpoint.no);
    return made.endpoint;
  }

  update(account: Account, id: string, body: unknown, actor: Actor): Promise<Endpoint> {
    return this.#change(account, id, (current) =>
      readEndpointChanges(body, current, this.#rules(actor.name)),
    );
  }

  pause(account: Account, id: string, actor: Actor): Promise<Endpoint> {
    return this.#change(account, id, (current, nowMs) =>
      current.status === 'paused' ? null : { ...pausedBy(actor.name, nowMs), updatedAtMs: nowMs },
    );
  }

  /** Also of an active endpoint: its record of failure is cleared and its breaker closed. */
  resume(account: Account, id: string): Promise<Endpoint> {
    return this.#change(account, id, (_current, nowMs) => ({ ...resumed(nowMs), updatedAtMs: nowMs }));
  }

  rotate(account: Account, id: string, body: unknown): Promise<Endpoint> {
    return this.#change(account, id, (current) => readRotation(body, current, this.#rules('')));
  }

  async delete(account: Account, id: string): Promise<void> {
    const { store, directory, clock, hooks } = this.#parts;
    const { no } = this.#find(account, id);
    await this.#inTurn(no, async () => {
      this.#find(account, id);
      const { version } = await store.deleteEndpoint(no, clock.nowMs());
      directory.deleteEndpoint(no, version);
    });
    hooks.endpointChanged(no);
  }

  /** `decide` sees the endpoint as the last change left it; null: nothing is to change. */
  async #change(
    account: Account,
    id: string,
    decide: (current: Endpoint, nowMs: number) => EndpointChanges | null,
  ): Promise<Endpoint> {
    const { store, directory, clock, hooks } = this.#parts;
    const { no } = this.#find(account, id);
    const endpoint = await this.#inTurn(no, async () => {
      const current = this.#find(account, id);
      const changes = decide(current, clock.nowMs());
      if (changes === null) return current;
      const changed = await store.updateEndpoint(no, changes);
      if (changed === null) throw notFound('endpoint', id);
      directory.setEndpoint(changed.endpoint, changed.version);
      return changed.endpoint;
    });
    hooks.endpointChanged(no);
    return endpoint;
  }

  async #inTurn<T>(no: number, act: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(no) ?? Promise.resolve();
    const turn = before.then(act, act);
    this.#turns.set(no, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(no) === turn) this.#turns.delete(no);
    }
  }

  #find(account: Account, id: string): Endpoint {
    const endpoint = this.#parts.directory.endpointById(account.no, id);
    if (endpoint === null) throw notFound('endpoint', id);
    return endpoint;
  }

  #rules(by: string): EndpointRules {
    const { policy, random, clock } = this.#parts;
    return { policy, by, nowMs: clock.nowMs(), randomBytes: (count: number) => random.bytes(count) };
  }
}
