import type { Scope } from '../core/account.ts';
import type { AddressPolicy } from '../core/address.ts';
import type { TrackedSource } from '../core/tracking.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { SourceStore } from '../ports/source-store.ts';
import type { Administration as AdministrationStore } from '../ports/store.ts';
import type { CompileSchema, Directory } from './directory.ts';

/** Who asks: what its key is called in status reasons (`key "ci"`), and what it may hand on to keys it makes. */
export interface Actor {
  name: string;
  isAdmin: boolean;
  scopes: readonly Scope[];
}

export interface AdministrationParts {
  store: AdministrationStore & Pick<SourceStore, 'createSource' | 'updateSource' | 'deleteSource'>;
  directory: Directory;
  clock: Clock;
  random: Random;
  /** Where endpoints may point. */
  policy: AddressPolicy;
  sha256(text: string): string;
  /** Throws when a schema cannot be used. */
  compileSchema: CompileSchema;
  hooks: {
    /** The endpoint was made, changed, resumed or deleted: look at its lane anew, close its breaker. */
    endpointChanged(endpointNo: number): void;
    /** The source is followed in another way, or no more. */
    sourceChanged(source: TrackedSource): Promise<void>;
  };
}
