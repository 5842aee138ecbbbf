import type { Account, ApiKey, EventType } from '../core/account.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { Problem } from '../core/errors.ts';
import { MatchIndex } from '../core/match.ts';
import type { Directory as StoredDirectory } from '../ports/store.ts';
import { Sources } from './sources.ts';

/** Says what is wrong with an event's data (JSON text); pointers begin with `/data`. An empty list: nothing. */
export type DataCheck = (data: string) => Problem[];

/** Makes the check of a schema. Throws when the schema itself cannot be used. */
export type CompileSchema = (schema: Record<string, unknown>) => DataCheck;

/** How often a refresh is begun anew because something changed meanwhile; then the next one that is asked for goes on. */
const refreshTries = 5;

interface AccountEntry {
  account: Account;
  version: number;
  /** The version that everything was read at. */
  readAt: number;
  /** Versions of the last changes and the last stops of endpoints, for those that had one since then. */
  changedAt: Map<number, number>;
  stoppedAt: Map<number, number>;
  index: MatchIndex;
  endpoints: Map<number, Endpoint>;
  keys: Map<string, ApiKey>;
  types: Map<string, TypeEntry>;
}

interface TypeEntry {
  eventType: EventType;
  /** Made at the first use, so that starting does not depend on how many schemas there are. */
  check: DataCheck | null | undefined;
}

/**
 * Everything that matching and authorising need, in memory: who there is, and who wants what. It holds what the store holds;
 * `flow/administer.ts` and `flow/settle.ts` tell it of each change once that is durable. Objects in it are replaced, never
 * changed: who holds one holds a moment.
 */
export class Directory {
  readonly #compile: CompileSchema;
  readonly #accounts = new Map<number, AccountEntry>();
  readonly #accountNos = new Map<string, number>();
  readonly #endpoints = new Map<number, Endpoint>();
  readonly #endpointNos = new Map<string, number>();
  readonly #keys = new Map<string, ApiKey>();
  readonly sources: Sources;
  /** Grows with every change that came from outside a refresh, records of failure aside. */
  #changes = 0;
  #refreshing: Promise<void> | null = null;

  constructor(stored: StoredDirectory, compile: CompileSchema) {
    this.#compile = compile;
    this.sources = new Sources(compile, () => this.#changes++);
    this.replaceWith(stored);
  }

  /**
   * Reads everything again, for when the store's versions have gone ahead. Calls that come while it is read share the answer;
   * what was read before a change that is known here by now is thrown away and read again.
   */
  refresh(read: () => Promise<StoredDirectory>): Promise<void> {
    this.#refreshing ??= this.#readAgain(read).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #readAgain(read: () => Promise<StoredDirectory>): Promise<void> {
    for (let n = 0; n < refreshTries; n++) {
      const before = this.#changes;
      const stored = await read();
      if (this.#changes !== before) continue;
      this.replaceWith(stored);
      return;
    }
  }

  /** Forgets everything and holds this instead. */
  replaceWith(stored: StoredDirectory): void {
    for (const map of [this.#accounts, this.#accountNos, this.#endpoints, this.#endpointNos, this.#keys])
      map.clear();
    for (const { account, version } of stored.accounts) this.setAccount(account, version);
    for (const endpoint of stored.endpoints) this.setEndpoint(endpoint, 0);
    for (const key of stored.keys) this.setKey(key);
    for (const eventType of stored.eventTypes) this.setEventType(eventType);
    this.sources.replaceWith(stored.sources);
  }

  /**
   * The active, paused and disabled endpoints of an account that want this type from this source, in the order they were made.
   * Filters are not looked at.
   */
  match(accountNo: number, type: string, source: string | null): Endpoint[] {
    const entry = this.#accounts.get(accountNo);
    if (entry === undefined) return [];
    const nos = entry.index.match(type, source);
    const matched = new Array<Endpoint>(nos.length);
    for (let i = 0; i < nos.length; i++) matched[i] = entry.endpoints.get(nos[i]!)!;
    return matched;
  }

  /** Version of the account's endpoints that `match` answers from; 0 when there is no such account. */
  version(accountNo: number): number {
    return this.#accounts.get(accountNo)?.version ?? 0;
  }

  account(no: number): Account | null {
    return this.#accounts.get(no)?.account ?? null;
  }

  accountById(id: string): Account | null {
    const no = this.#accountNos.get(id);
    return no === undefined ? null : this.account(no);
  }

  /** Newest first. */
  accounts(): Account[] {
    return [...this.#accounts.values()].map((entry) => entry.account).sort((a, b) => b.no - a.no);
  }

  endpoint(no: number): Endpoint | null {
    return this.#endpoints.get(no) ?? null;
  }

  /** Null also for another account's endpoint. */
  endpointById(accountNo: number, id: string): Endpoint | null {
    const no = this.#endpointNos.get(id);
    const endpoint = no === undefined ? undefined : this.#endpoints.get(no);
    return endpoint?.accountNo === accountNo ? endpoint : null;
  }

  /** Of every account, in no order. */
  everyEndpoint(): Endpoint[] {
    return [...this.#endpoints.values()];
  }

  /** Of one account, newest first. */
  endpoints(accountNo: number): Endpoint[] {
    const entry = this.#accounts.get(accountNo);
    return entry === undefined ? [] : [...entry.endpoints.values()].sort((a, b) => b.no - a.no);
  }

  /** By SHA-256 of the key, hex. */
  keyByHash(hash: string): ApiKey | null {
    return this.#keys.get(hash) ?? null;
  }

  /** Newest first; admin keys too. */
  keys(): ApiKey[] {
    return [...this.#keys.values()].sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1));
  }

  /** What the account put into the catalogue itself, by name. */
  eventType(accountNo: number, name: string): EventType | null {
    return this.#accounts.get(accountNo)?.types.get(name)?.eventType ?? null;
  }

  eventTypes(accountNo: number): EventType[] {
    return [...(this.#accounts.get(accountNo)?.types.values() ?? [])].map((entry) => entry.eventType);
  }

  /** What is wrong with `data` by the schema that the account enforces for this type; without one, nothing. */
  checkData(accountNo: number, type: string, data: string): Problem[] {
    const entry = this.#accounts.get(accountNo)?.types.get(type);
    if (entry === undefined) return [];
    if (entry.check === undefined) {
      const { schema } = entry.eventType;
      entry.check = schema === null ? null : this.#compile(schema);
    }
    return entry.check === null ? [] : entry.check(data);
  }

  setAccount(account: Account, version?: number): void {
    this.#changes++;
    const known = this.#accounts.get(account.no);
    if (known !== undefined) {
      known.account = account;
      if (version !== undefined) known.version = Math.max(known.version, version);
      return;
    }
    this.#accountNos.set(account.id, account.no);
    this.#accounts.set(account.no, {
      account,
      version: version ?? 0,
      readAt: version ?? 0,
      changedAt: new Map(),
      stoppedAt: new Map(),
      index: new MatchIndex(),
      endpoints: new Map(),
      keys: new Map(),
      types: new Map(),
    });
  }

  /** Its endpoints, keys and event types go with it. */
  deleteAccount(no: number): void {
    this.#changes++;
    const entry = this.#accounts.get(no);
    if (entry === undefined) return;
    for (const endpoint of entry.endpoints.values()) this.#forgetEndpoint(endpoint);
    for (const hash of entry.keys.keys()) this.#keys.delete(hash);
    this.sources.deleteAccount(no);
    this.#accountNos.delete(entry.account.id);
    this.#accounts.delete(no);
  }

  /**
   * Takes over a new or changed endpoint. `version`: the account's, as the store answered it; 0 when only
   * what nobody matches by has changed. Unknown accounts are ignored.
   */
  setEndpoint(endpoint: Endpoint, version: number): void {
    if (version > 0) this.#changes++;
    const entry = this.#accounts.get(endpoint.accountNo);
    if (entry === undefined) return;
    const known = entry.endpoints.get(endpoint.no);
    if (version > 0) entry.changedAt.set(endpoint.no, version);
    const isOlder = version > 0 && version <= (entry.stoppedAt.get(endpoint.no) ?? 0);
    this.#hold(entry, isOlder && known !== undefined ? { ...endpoint, ...statusOf(known) } : endpoint);
    if (known === undefined || !wantsTheSame(known, endpoint)) entry.index.set(endpoint);
    advance(entry, version);
  }

  /**
   * The platform stopped the endpoint, at this version of the account. Stops and changes that share a commit may be told of in
   * either order: what the store did last holds.
   */
  stopEndpoint(
    no: number,
    status: Pick<Endpoint, 'status' | 'statusReason' | 'statusAtMs'>,
    version: number,
  ): void {
    this.#changes++;
    const endpoint = this.#endpoints.get(no);
    const entry = endpoint === undefined ? undefined : this.#accounts.get(endpoint.accountNo);
    if (endpoint === undefined || entry === undefined) return;
    if (version < (entry.changedAt.get(no) ?? entry.readAt)) return;
    entry.stoppedAt.set(no, version);
    this.#hold(entry, { ...endpoint, ...status });
  }

  deleteEndpoint(no: number, version: number): void {
    this.#changes++;
    const endpoint = this.#endpoints.get(no);
    if (endpoint === undefined) return;
    this.#forgetEndpoint(endpoint);
    const entry = this.#accounts.get(endpoint.accountNo);
    if (entry === undefined) return;
    entry.endpoints.delete(no);
    entry.changedAt.delete(no);
    entry.stoppedAt.delete(no);
    entry.index.delete(no);
    advance(entry, version);
  }

  setKey(key: ApiKey): void {
    this.#changes++;
    this.#keys.set(key.hash, key);
    if (key.accountNo !== null) this.#accounts.get(key.accountNo)?.keys.set(key.hash, key);
  }

  deleteKey(hash: string): void {
    this.#changes++;
    const key = this.#keys.get(hash);
    if (key === undefined) return;
    this.#keys.delete(hash);
    if (key.accountNo !== null) this.#accounts.get(key.accountNo)?.keys.delete(hash);
  }

  setEventType(eventType: EventType): void {
    this.#changes++;
    this.#accounts.get(eventType.accountNo)?.types.set(eventType.name, { eventType, check: undefined });
  }

  deleteEventType(accountNo: number, name: string): void {
    this.#changes++;
    this.#accounts.get(accountNo)?.types.delete(name);
  }

  #hold(entry: AccountEntry, endpoint: Endpoint): void {
    entry.endpoints.set(endpoint.no, endpoint);
    this.#endpoints.set(endpoint.no, endpoint);
    this.#endpointNos.set(endpoint.id, endpoint.no);
  }

  #forgetEndpoint(endpoint: Endpoint): void {
    this.#endpoints.delete(endpoint.no);
    this.#endpointNos.delete(endpoint.id);
  }
}

function statusOf({
  status,
  statusReason,
  statusAtMs,
}: Endpoint): Pick<Endpoint, 'status' | 'statusReason' | 'statusAtMs'> {
  return { status, statusReason, statusAtMs };
}

function wantsTheSame(a: Endpoint, b: Endpoint): boolean {
  return (
    sameList(a.events, b.events) &&
    (a.sources === b.sources || (a.sources !== null && b.sources !== null && sameList(a.sources, b.sources)))
  );
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}

/**
 * A change counts as known only when it follows the one known before. After a gap (a change whose outcome nobody was told, or
 * another process's) the version stays behind, so that the next accept finds it stale and everything is read again.
 */
function advance(entry: AccountEntry, version: number): void {
  if (version === entry.version + 1) entry.version = version;
}
