import type { Scheme } from '../../../sdk/scheme.ts';
import type { FailurePolicy } from '../health.ts';
import type { RetryPolicy } from '../retry.ts';

/**
 * How the body is made. `members`: an object without white space, its members in this order; a template is `{id}`, `{type}`,
 * `{timestamp}` (all as JSON strings), `{data}` (the publisher's bytes, exactly once), `{signature}` (last member only: signs
 * the text without it) or fixed text. `data`: the data alone. `text`: a message for people, as an incoming-webhook URL takes it.
 * `original`: what a provider sent, body and headers as they came; of an event that came otherwise the data alone.
 */
export type Envelope =
  | { kind: 'members'; members: readonly (readonly [name: string, template: string])[] }
  | { kind: 'data' }
  | { kind: 'text' }
  | { kind: 'original' };

/** What goes over the wire: body, signature, and further headers whose values are templates (`{id}`, `{uuid}`, `{type}`, `{time}`, `{account}`, `{reference}`). */
export interface Wire {
  envelope: Envelope;
  /** Null: not signed. */
  signature: Scheme | null;
  headers: Readonly<Record<string, string>>;
}

/** An endpoint's own parts of the wire format; what is absent comes from its profile. */
export type WireOverride = Partial<Wire>;

/** How secrets look: how a new one is made and which ones a caller may bring. */
export type SecretForm =
  | { kind: 'none' }
  /** `whsec_` and base64 of `bytes` random bytes; a caller's: 24–64 bytes so written, bare base64, or `whsk_…` (ed25519). */
  | { kind: 'standard'; bytes: number }
  /** `prefix` and `bytes` random bytes as hex; a caller's is taken as it is. */
  | { kind: 'hex'; bytes: number; prefix: string };

/** A named wire format and policy: data, not code. */
export interface Profile {
  name: string;
  description: string;
  wire: Wire;
  retry: RetryPolicy;
  timeoutMs: number;
  failure: FailurePolicy;
  secret: SecretForm;
  /** Refuses http:// targets even where they are allowed otherwise, but for development mode. */
  httpsOnly: boolean;
}
