import type { Bin, CaughtRequest, NewBin } from '../core/bin.ts';
import type { BinStore } from './bin-store.ts';
import type { Vault } from './vault.ts';

/** What of a bin is nobody's business. */
type Hidden = Pick<Bin, 'secrets' | 'fields'>;

/** A bin as it is written. */
export type SealedBin = Omit<Bin, keyof Hidden> & { hidden: Uint8Array };
/** The same before it has its number. */
export type NewSealedBin = Omit<SealedBin, 'no' | 'caught'>;

/** A caught request as it is written: address and headers are one encrypted text. */
export type SealedCaught = Omit<CaughtRequest, 'url' | 'headers'> & { head: Uint8Array };

/** The acts as SQL sees them. */
export interface SealedBinStore extends Pick<BinStore, 'deleteBin'> {
  createBin(bin: NewSealedBin, maxBins: number): Promise<SealedBin | 'too_many'>;
  updateBin(bin: SealedBin): Promise<boolean>;
  bins(accountNo: number): Promise<SealedBin[]>;
  binById(id: string): Promise<SealedBin | null>;
  catchRequest(
    binNo: number,
    request: Omit<SealedCaught, 'status'>,
  ): Promise<{ bin: SealedBin; status: number | null } | null>;
  listCaught(
    binNo: number,
    page: Parameters<BinStore['listCaught']>[1],
  ): Promise<{ no: number; request: SealedCaught }[]>;
}

/** The acts with plain secrets and headers on this side. */
export function sealingBins(inner: SealedBinStore, vault: Vault): Omit<BinStore, 'deleteBin'> {
  const opened = ({ hidden, ...rest }: SealedBin): Bin => ({
    ...rest,
    ...(JSON.parse(vault.open(hidden, `secrets of ${rest.id}`)) as Hidden),
  });
  const sealed = <B extends NewBin>({
    secrets,
    fields,
    ...rest
  }: B): Omit<B, keyof Hidden> & { hidden: Uint8Array } => ({
    ...rest,
    hidden: vault.seal(JSON.stringify({ secrets, fields }), `secrets of ${rest.id}`),
  });
  return {
    async createBin(bin, maxBins) {
      const made = await inner.createBin(sealed(bin), maxBins);
      return made === 'too_many' ? made : opened(made);
    },
    updateBin: (bin) => inner.updateBin(sealed(bin)),
    bins: async (accountNo) => (await inner.bins(accountNo)).map(opened),
    async binById(id) {
      const found = await inner.binById(id);
      return found === null ? null : opened(found);
    },
    async catchRequest(binNo, { url, headers, ...rest }) {
      const head = vault.seal(JSON.stringify({ url, headers }), `request ${rest.id}`);
      const caught = await inner.catchRequest(binNo, { ...rest, head });
      return caught === null ? null : { ...caught, bin: opened(caught.bin) };
    },
    async listCaught(binNo, page) {
      const rows = await inner.listCaught(binNo, page);
      return rows.map(({ no, request: { head, ...rest } }) => {
        const plain = JSON.parse(vault.open(head, `request ${rest.id}`)) as Pick<
          CaughtRequest,
          'url' | 'headers'
        >;
        return { no, request: { ...rest, ...plain } };
      });
    },
  };
}
