import type { Account } from '../core/account.ts';
import { notFound, SurehookError } from '../core/errors.ts';
import { idBytes, newId, newToken } from '../core/ids.ts';
import * as limits from '../core/limits/sources.ts';
import type { Source } from '../core/source.ts';
import { readNewSource, readSourceChanges } from '../core/source-input.ts';
import type { AdministrationParts } from './administer-parts.ts';

/** What people and API clients do with sources. */
export interface SourceActs {
  createSource(account: Account, body: unknown): Promise<Source>;
  updateSource(account: Account, id: string, body: unknown): Promise<Source>;
  /** Its address is unknown from then on; events that came through it stay. Answers what is gone by it. */
  deleteSource(account: Account, id: string): Promise<Source>;
}

export function sourceActs(parts: AdministrationParts): SourceActs {
  const { store, directory, clock, random, compileSchema, policy, hooks } = parts;
  const turns = new Map<number, Promise<unknown>>();

  function find(account: Account, id: string): Source {
    const source = directory.sources.byId(account.no, id);
    if (source === null) throw notFound('source', id);
    return source;
  }

  /** Changes to one source go one after another, for each builds on what the last one left. */
  async function inTurn<T>(no: number, act: () => Promise<T>): Promise<T> {
    const turn = (turns.get(no) ?? Promise.resolve()).then(act, act);
    turns.set(no, turn);
    try {
      return await turn;
    } finally {
      if (turns.get(no) === turn) turns.delete(no);
    }
  }

  return {
    async createSource(account, body) {
      const nowMs = clock.nowMs();
      const source = readNewSource(body, {
        id: newId('src_', nowMs, random.bytes(idBytes)),
        accountNo: account.no,
        token: newToken(random.bytes(limits.tokenBytes)),
        nowMs,
        compileSchema,
        policy,
      });
      const made = await store.createSource(source, limits.sourcesPerAccount);
      if (made === 'too_many') {
        const detail = `The account has ${limits.sourcesPerAccount} sources, the most it can have. Delete one first.`;
        throw new SurehookError('conflict', detail);
      }
      directory.sources.set(made);
      if (made.tracking !== null) await hooks.sourceChanged(made);
      return made;
    },
    updateSource: (account, id, body) =>
      inTurn(find(account, id).no, async () => {
        const current = find(account, id);
        const changes = readSourceChanges(body, current, { nowMs: clock.nowMs(), compileSchema, policy });
        const changed = await store.updateSource(current.no, changes);
        if (changed === null) throw notFound('source', id);
        directory.sources.set(changed);
        if (changes.tracking !== undefined) await hooks.sourceChanged(changed);
        return changed;
      }),
    deleteSource: (account, id) =>
      inTurn(find(account, id).no, async () => {
        const source = find(account, id);
        await store.deleteSource(source.no, clock.nowMs());
        directory.sources.delete(source);
        if (source.tracking !== null) await hooks.sourceChanged({ ...source, tracking: null });
        return source;
      }),
  };
}
