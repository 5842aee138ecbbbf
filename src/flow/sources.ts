import type { Problem } from '../core/errors.ts';
import type { Source } from '../core/source.ts';
import { fullTokens, type Taken, type Tokens, takeToken } from '../core/tokens.ts';
import type { CompileSchema, DataCheck } from './directory.ts';

interface Entry {
  source: Source;
  /** Made at the first use. */
  checks: Map<string, DataCheck> | null;
  tokens: Tokens | null;
}

/** Every source in memory, by what its address ends with. Objects in it are replaced, never changed. */
export class Sources {
  readonly #compile: CompileSchema;
  readonly #changed: () => void;
  readonly #byToken = new Map<string, Entry>();
  readonly #byId = new Map<string, Entry>();

  constructor(compile: CompileSchema, changed: () => void) {
    this.#compile = compile;
    this.#changed = changed;
  }

  byToken(token: string): Source | null {
    return this.#byToken.get(token)?.source ?? null;
  }

  /** Null also for another account's source. */
  byId(accountNo: number, id: string): Source | null {
    const source = this.#byId.get(id)?.source;
    return source?.accountNo === accountNo ? source : null;
  }

  /** Of whatever account. */
  named(id: string): Source | null {
    return this.#byId.get(id)?.source ?? null;
  }

  all(): Source[] {
    return [...this.#byId.values()].map(({ source }) => source);
  }

  /** Of one account, newest first. */
  ofAccount(accountNo: number): Source[] {
    return this.all()
      .filter((source) => source.accountNo === accountNo)
      .sort((a, b) => b.no - a.no);
  }

  set(source: Source): void {
    this.#changed();
    const known = this.#byId.get(source.id);
    // What was counted against a limit still counts.
    const tokens = known?.source.ratePerSecond === source.ratePerSecond ? (known?.tokens ?? null) : null;
    const entry = { source, checks: null, tokens };
    this.#byId.set(source.id, entry);
    this.#byToken.set(source.token, entry);
  }

  delete(source: Source): void {
    this.#changed();
    this.#byId.delete(source.id);
    this.#byToken.delete(source.token);
  }

  deleteAccount(accountNo: number): void {
    for (const source of this.ofAccount(accountNo)) this.delete(source);
  }

  /** Forgets every source that is not among these. */
  replaceWith(sources: readonly Source[]): void {
    const ids = new Set(sources.map(({ id }) => id));
    for (const { source } of [...this.#byId.values()]) if (!ids.has(source.id)) this.delete(source);
    for (const source of sources) this.set(source);
  }

  /** Counts a request against the source's limit; null when it has none. */
  take(source: Source, nowMs: number): Taken | null {
    const { ratePerSecond } = source;
    const entry = this.#byId.get(source.id);
    if (ratePerSecond === null || entry === undefined) return null;
    entry.tokens ??= fullTokens(ratePerSecond, nowMs);
    return takeToken(entry.tokens, ratePerSecond, nowMs);
  }

  /** What is wrong with data of this type by the source's own schemas; without one, nothing. */
  check(source: Source, type: string, data: string): Problem[] {
    if (source.schemas === null) return [];
    const entry = this.#byId.get(source.id);
    const checks = entry?.checks ?? this.#checksOf(source.schemas);
    if (entry !== undefined) entry.checks = checks;
    const check = checks.get(type) ?? checks.get('*');
    return check === undefined ? [] : check(data);
  }

  #checksOf(schemas: string): Map<string, DataCheck> {
    const read = JSON.parse(schemas) as Record<string, Record<string, unknown>>;
    return new Map(Object.entries(read).map(([type, schema]) => [type, this.#compile(schema)]));
  }
}
