import type { NewSource, Source, SourceRequest } from '../core/source.ts';
import type { SourceStore } from './source-store.ts';
import type { Vault } from './vault.ts';

/** What of a source is nobody's business. */
type Hidden = Pick<Source, 'token' | 'secrets' | 'fields' | 'tracking' | 'consume'>;

/** A source as it is written: what is hidden is one encrypted text. */
export type SealedSource = Omit<Source, keyof Hidden> & { sealed: Uint8Array };
/** The same before it has its number. */
export type NewSealedSource = Omit<SealedSource, 'no'>;
/** What of a source can change. */
export type SealedSourceChanges = Partial<Omit<NewSealedSource, 'id' | 'accountNo' | 'createdAtMs'>>;

/** A kept request as it is written. */
export type SealedRequest = Omit<SourceRequest, 'url' | 'headers'> & { head: Uint8Array };

type Plain = 'createSource' | 'updateSource' | 'keepRequest' | 'getRequest';

/** The acts as SQL sees them. */
export interface SealedSourceStore extends Omit<SourceStore, Plain> {
  sourceById(no: number): Promise<SealedSource | null>;
  createSource(source: NewSealedSource, maxSources: number): Promise<SealedSource | 'too_many'>;
  updateSource(no: number, changes: SealedSourceChanges): Promise<SealedSource | null>;
  keepRequest(request: SealedRequest): Promise<void>;
  getRequest(accountNo: number, id: string): Promise<SealedRequest | null>;
}

/** The acts that handle secrets of sources, with plain secrets on this side. */
export function sealingSources(inner: SealedSourceStore, vault: Vault): Pick<SourceStore, Plain> {
  return {
    async createSource(source, maxSources) {
      const made = await inner.createSource(sealedSource(source, vault), maxSources);
      return made === 'too_many' ? made : openedSource(made, vault);
    },
    async updateSource(no, changes) {
      const found = await inner.sourceById(no);
      if (found === null) return null;
      const {
        sealed,
        updatedAtMs: _updatedAtMs,
        ...after
      } = sealedSource({ ...openedSource(found, vault), ...changes }, vault);
      const changed = await inner.updateSource(no, {
        ...after,
        sealed,
        updatedAtMs: changes.updatedAtMs ?? found.updatedAtMs,
      });
      return changed === null ? null : openedSource(changed, vault);
    },
    async keepRequest({ url, headers, ...rest }) {
      const head = vault.seal(JSON.stringify({ url, headers }), `request ${rest.id}`);
      await inner.keepRequest({ ...rest, head });
    },
    async getRequest(accountNo, id) {
      const found = await inner.getRequest(accountNo, id);
      if (found === null) return null;
      const { head, ...rest } = found;
      const opened = JSON.parse(vault.open(head, `request ${id}`)) as Pick<SourceRequest, 'url' | 'headers'>;
      return { ...rest, ...opened };
    },
  };
}

/** A source with what it hides in plain. Throws when the key is another. */
export function openedSource({ sealed, ...rest }: SealedSource, vault: Vault): Source {
  const hidden = JSON.parse(vault.open(sealed, `secrets of ${rest.id}`)) as Omit<Hidden, 'consume'>;
  // One that was written before there were queues has none.
  return { ...rest, consume: null, ...hidden };
}

function sealedSource<S extends NewSource>(
  source: S,
  vault: Vault,
): Omit<S, keyof Hidden> & { sealed: Uint8Array } {
  const { token, secrets, fields, tracking, consume, ...rest } = source;
  const hidden: Hidden = { token, secrets, fields, tracking, consume };
  return { ...rest, sealed: vault.seal(JSON.stringify(hidden), `secrets of ${source.id}`) };
}
