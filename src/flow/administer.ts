import { type Account, type ApiKey, type EventType, newApiKey } from '../core/account.ts';
import { readAccountChanges, readEventType, readNewAccount, readNewKey } from '../core/account-input.ts';
import { catalogueEntry } from '../core/catalogue.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { invalid, notFound, SurehookError } from '../core/errors.ts';
import { idBytes, newId } from '../core/ids.ts';
import * as limits from '../core/limits/accounts.ts';
import { EndpointActs } from './administer-endpoints.ts';
import type { Actor, AdministrationParts } from './administer-parts.ts';
import { type SourceActs, sourceActs } from './administer-sources.ts';
import type { CompileSchema, DataCheck } from './directory.ts';

/**
 * What people and API clients change: accounts, keys, endpoints, event types. Everything is checked before anything is stored,
 * and the directory knows of a change before its promise resolves. Bodies are parsed JSON of any shape.
 */
export interface Administration extends SourceActs {
  createAccount(body: unknown): Promise<Account>;
  updateAccount(account: Account, body: unknown): Promise<Account>;
  /** Its endpoints and keys go with it. The account `default` stays. */
  deleteAccount(account: Account): Promise<void>;
  /** `key` is the key itself, which is not kept anywhere. */
  createKey(account: Account, body: unknown, actor: Actor): Promise<{ key: string; stored: ApiKey }>;
  /** The keys of one account, newest first; null: all keys. */
  listKeys(accountNo: number | null): ApiKey[];
  /** Answers what is gone by it. */
  deleteKey(accountNo: number | null, id: string): Promise<ApiKey>;
  createEndpoint(
    account: Account,
    body: unknown,
    options: { actor: Actor; defaultProfile: string },
  ): Promise<Endpoint>;
  updateEndpoint(account: Account, id: string, body: unknown, actor: Actor): Promise<Endpoint>;
  deleteEndpoint(account: Account, id: string): Promise<void>;
  pauseEndpoint(account: Account, id: string, actor: Actor): Promise<Endpoint>;
  resumeEndpoint(account: Account, id: string): Promise<Endpoint>;
  rotateSecret(account: Account, id: string, body: unknown): Promise<Endpoint>;
  putEventType(account: Account, name: string, body: unknown): Promise<EventType>;
  deleteEventType(account: Account, name: string): Promise<void>;
}

export function createAdministration(parts: AdministrationParts): Administration {
  const endpoints = new EndpointActs(parts);
  return {
    ...accountActs(parts),
    ...keyActs(parts),
    ...eventTypeActs(parts),
    ...sourceActs(parts),
    createEndpoint: (account, body, options) => endpoints.create(account, body, options),
    updateEndpoint: (account, id, body, actor) => endpoints.update(account, id, body, actor),
    deleteEndpoint: (account, id) => endpoints.delete(account, id),
    pauseEndpoint: (account, id, actor) => endpoints.pause(account, id, actor),
    resumeEndpoint: (account, id) => endpoints.resume(account, id),
    rotateSecret: (account, id, body) => endpoints.rotate(account, id, body),
  };
}

type AccountActs = Pick<Administration, 'createAccount' | 'updateAccount' | 'deleteAccount'>;

function accountActs({ store, directory, clock, random, hooks }: AdministrationParts): AccountActs {
  return {
    async createAccount(body) {
      const input = readNewAccount(body);
      const nowMs = clock.nowMs();
      const id = input.id ?? newId('acc_', nowMs, random.bytes(idBytes));
      const made = await store.createAccount({ ...input, id, createdAtMs: nowMs, updatedAtMs: nowMs });
      if (made === 'exists')
        throw new SurehookError('conflict', `There is an account ${JSON.stringify(id)} already.`);
      directory.setAccount(made.account, made.version);
      return made.account;
    },
    async updateAccount(account, body) {
      const changes = { ...readAccountChanges(body), updatedAtMs: clock.nowMs() };
      await store.updateAccount(account.no, changes);
      const updated = { ...(directory.account(account.no) ?? account), ...changes };
      directory.setAccount(updated);
      return updated;
    },
    async deleteAccount(account) {
      if (account.id === 'default')
        throw new SurehookError('conflict', 'The account "default" cannot be deleted.');
      const gone = directory.endpoints(account.no);
      await store.deleteAccount(account.no, clock.nowMs());
      directory.deleteAccount(account.no);
      for (const endpoint of gone) hooks.endpointChanged(endpoint.no);
    },
  };
}

type KeyActs = Pick<Administration, 'createKey' | 'listKeys' | 'deleteKey'>;

function keyActs({ store, directory, clock, random, sha256 }: AdministrationParts): KeyActs {
  const keysOf = (accountNo: number | null): ApiKey[] =>
    directory.keys().filter((key) => accountNo === null || key.accountNo === accountNo);

  function ownerOf(account: Account, wanted: string | null | undefined, actor: Actor): Account | null {
    if (wanted === undefined || wanted === account.id) return account;
    if (!actor.isAdmin)
      throw new SurehookError(
        'forbidden',
        'Only an admin key can make keys for another account, or admin keys.',
      );
    if (wanted === null) return null;
    const owner = directory.accountById(wanted);
    if (owner === null)
      throw invalid([{ pointer: '/account', detail: `there is no account ${JSON.stringify(wanted)}` }]);
    return owner;
  }

  return {
    async createKey(account, body, actor) {
      const input = readNewKey(body);
      const owner = ownerOf(account, input.account, actor);
      const beyond = actor.isAdmin ? undefined : input.scopes.find((scope) => !actor.scopes.includes(scope));
      if (beyond !== undefined)
        throw new SurehookError(
          'forbidden',
          `This key does not have the scope "${beyond}" and cannot hand it on.`,
        );
      if (owner !== null && keysOf(owner.no).length >= limits.keysPerAccount) {
        throw new SurehookError(
          'conflict',
          `The account has ${limits.keysPerAccount} keys, the most it can have. Delete one first.`,
        );
      }
      const { name, scopes } = input;
      const { key, stored } = newApiKey(
        { accountNo: owner?.no ?? null, name, scopes },
        { nowMs: clock.nowMs(), random: (count) => random.bytes(count), sha256 },
      );
      await store.createKey(stored);
      directory.setKey(stored);
      return { key, stored };
    },
    listKeys: keysOf,
    async deleteKey(accountNo, id) {
      const key = keysOf(accountNo).find((one) => one.id === id);
      if (key === undefined) throw notFound('key', id);
      await store.deleteKey(id);
      directory.deleteKey(key.hash);
      return key;
    },
  };
}

type EventTypeActs = Pick<Administration, 'putEventType' | 'deleteEventType'>;

function eventTypeActs({ store, directory, clock, compileSchema }: AdministrationParts): EventTypeActs {
  return {
    async putEventType(account, name, body) {
      const input = readEventType(name, body);
      if (input.schema !== null) checkSchema(input.schema, input.examples, compileSchema);
      const known = directory.eventType(account.no, name);
      if (known === null && directory.eventTypes(account.no).length >= limits.eventTypesPerAccount) {
        throw new SurehookError(
          'conflict',
          `The account has ${limits.eventTypesPerAccount} event types, the most it can have.`,
        );
      }
      const nowMs = clock.nowMs();
      const eventType = {
        ...input,
        accountNo: account.no,
        createdAtMs: known?.createdAtMs ?? nowMs,
        updatedAtMs: nowMs,
      };
      await store.putEventType(eventType);
      directory.setEventType(eventType);
      return eventType;
    },
    async deleteEventType(account, name) {
      const isThere = await store.deleteEventType(account.no, name);
      directory.deleteEventType(account.no, name);
      if (isThere) return;
      if (catalogueEntry(name) === null) throw notFound('event type', name);
      throw new SurehookError(
        'conflict',
        `${name} is part of the catalogue that every account has; it enforces nothing and cannot be deleted.`,
      );
    },
  };
}

/** A schema must be usable, and the examples must fit it. */
function checkSchema(schema: Record<string, unknown>, examples: unknown[], compile: CompileSchema): void {
  let check: DataCheck;
  try {
    check = compile(schema);
  } catch (error) {
    const detail = `cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    throw invalid([{ pointer: '/schema', detail }]);
  }
  const problems = examples.flatMap((example, place) =>
    check(JSON.stringify(example)).map(({ pointer, detail }) => ({
      pointer: `/examples/${place}${pointer.slice('/data'.length)}`,
      detail: `does not fit the schema: ${detail}`,
    })),
  );
  if (problems.length > 0) throw invalid(problems);
}
