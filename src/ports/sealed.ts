import type { AlertChannel, AlertRule } from '../core/alert.ts';
import type { Endpoint, NewEndpoint } from '../core/endpoint.ts';
import type { BinStore } from './bin-store.ts';
import { type SealedBinStore, sealingBins } from './sealed-bins.ts';
import { openedSource, type SealedSource, type SealedSourceStore, sealingSources } from './sealed-sources.ts';
import type { SourceStore } from './source-store.ts';
import type { Directory, Store } from './store.ts';
import type { Vault } from './vault.ts';

/**
 * An endpoint as it is written: secrets, and header values with the password, encrypted. Plain ones never reach SQL, nor another
 * thread.
 */
export type SealedEndpoint = Omit<Endpoint, 'secrets' | 'headers' | 'password'> & {
  secrets: Uint8Array;
  headers: Uint8Array;
};
/** The same before it has its number. */
export type NewSealedEndpoint = Omit<SealedEndpoint, 'no'>;
/** What of an endpoint can change. */
export type SealedChanges = Partial<Omit<NewSealedEndpoint, 'id' | 'accountNo' | 'createdAtMs'>>;

/** A channel as it is written: where it leads may be a credential. */
export type SealedChannel = Omit<AlertChannel, 'target'> & { target: Uint8Array };

/** Acts that handle secrets. */
type SealingName = 'directory' | 'createEndpoint' | 'updateEndpoint' | 'alertBook' | 'putAlertChannel';

/** The store's acts as SQL sees them. */
export interface SealedStore
  extends Omit<Store, SealingName | 'close' | keyof SourceStore | keyof BinStore>,
    SealedSourceStore,
    SealedBinStore {
  alertBook(): Promise<{ rules: AlertRule[]; channels: SealedChannel[] }>;
  putAlertChannel(channel: SealedChannel): Promise<void>;
  directory(): Promise<
    Omit<Directory, 'endpoints' | 'sources'> & { endpoints: SealedEndpoint[]; sources: SealedSource[] }
  >;
  endpointId(no: number): Promise<string | null>;
  createEndpoint(
    endpoint: NewSealedEndpoint,
    maxEndpoints: number,
  ): Promise<{ endpoint: SealedEndpoint; version: number } | 'too_many'>;
  updateEndpoint(
    no: number,
    changes: SealedChanges,
  ): Promise<{ endpoint: SealedEndpoint; version: number } | null>;
}

/** The acts that handle secrets, with plain secrets on this side. */
export function sealing(
  inner: SealedStore,
  vault: Vault,
): Pick<Store, SealingName> & ReturnType<typeof sealingSources> & ReturnType<typeof sealingBins> {
  return {
    ...sealingSources(inner, vault),
    ...sealingBins(inner, vault),
    async alertBook() {
      const { rules, channels } = await inner.alertBook();
      return { rules, channels: channels.map((channel) => openedChannel(channel, vault)) };
    },
    async putAlertChannel(channel) {
      const target = vault.seal(JSON.stringify(channel.target), `channel ${channel.id}`);
      await inner.putAlertChannel({ ...channel, target });
    },
    async directory() {
      const found = await inner.directory();
      return {
        ...found,
        endpoints: found.endpoints.map((endpoint) => opened(endpoint, vault)),
        sources: found.sources.map((source) => openedSource(source, vault)),
      };
    },
    async createEndpoint(endpoint, maxEndpoints) {
      const made = await inner.createEndpoint(
        sealedParts(endpoint, endpoint.id, vault) as NewSealedEndpoint,
        maxEndpoints,
      );
      return made === 'too_many' ? made : { endpoint: opened(made.endpoint, vault), version: made.version };
    },
    async updateEndpoint(no, changes) {
      const id = await inner.endpointId(no);
      if (id === null) return null;
      const changed = await inner.updateEndpoint(no, sealedParts(changes, id, vault) as SealedChanges);
      return changed === null
        ? null
        : { endpoint: opened(changed.endpoint, vault), version: changed.version };
    },
  };
}

type Plain = Pick<NewEndpoint, 'secrets' | 'headers' | 'password'>;

/** Stands among the headers, where no header can have its name. */
const passwordName = ':password';

/** Headers that come without a password have none: who changes one of them gives both. */
function sealedParts<E extends Partial<Plain>>(
  { secrets, headers, password = null, ...rest }: E,
  id: string,
  vault: Vault,
): Omit<E, keyof Plain> & Partial<Pick<SealedEndpoint, 'secrets' | 'headers'>> {
  const along = password === null ? headers : { ...headers, [passwordName]: password };
  return {
    ...rest,
    ...(secrets === undefined ? {} : { secrets: vault.seal(JSON.stringify(secrets), `secrets of ${id}`) }),
    ...(along === undefined ? {} : { headers: vault.seal(JSON.stringify(along), `headers of ${id}`) }),
  };
}

function opened(sealed: SealedEndpoint, vault: Vault): Endpoint {
  const along = JSON.parse(vault.open(sealed.headers, `headers of ${sealed.id}`)) as Endpoint['headers'];
  const { [passwordName]: password = null, ...headers } = along;
  return {
    ...sealed,
    secrets: JSON.parse(vault.open(sealed.secrets, `secrets of ${sealed.id}`)) as Endpoint['secrets'],
    headers,
    password,
  };
}

function openedChannel(sealed: SealedChannel, vault: Vault): AlertChannel {
  const target = JSON.parse(vault.open(sealed.target, `channel ${sealed.id}`)) as AlertChannel['target'];
  return { ...sealed, target };
}
