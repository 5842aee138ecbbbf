import type { ReceivedRequest } from '../../../sdk/place.ts';
import type { AnyScheme, Crypto, Place } from '../../../sdk/scheme.ts';

/** What a source answers: a status, and a body with its type (null: no body). */
export interface Answer {
  status: number;
  contentType: string | null;
  body: string;
}

/** Something that a scheme needs besides secrets. Values are text. */
export interface FieldSpec {
  name: string;
  /** Another name that it is known by where it comes from. */
  also?: string;
  description: string;
  isRequired?: boolean;
  /** A public key, taken for one more secret. */
  isKey?: true;
  /** To be sealed at rest and shown as a secret is. */
  isSecret?: true;
}

/**
 * A text about a request, made of what stands in it: the first value found, or all of them joined by `joint`; `each` looks into
 * every item of a list in the body. `withHash`: the hash of the body belongs to it.
 */
export interface Derived {
  from: readonly Place[];
  /** Absent: the first that is there. */
  joint?: string;
  /** JSON pointer of a list; `from` are then pointers into its items. */
  each?: string;
  withHash?: true;
}

/** A text about a request that only code finds. */
export interface Found {
  /** Where it is, in words. */
  where: string;
  /** Null: it is not there. Never throws. */
  find(request: ReceivedRequest): string | null;
}

/** What a source has besides its preset. */
export interface Credentials {
  /** Newest first. */
  secrets: readonly string[];
  fields: Readonly<Record<string, string>>;
}

/** What a preset says to a request that asks whether somebody is there. Such a request is never an event. */
export interface Handshake {
  /** Verify it first; refuse it as any other when it is not valid. */
  isSigned: boolean;
  answer: Answer;
  /** An address of the provider that must be asked for (GET, through the sender) before the answer counts. */
  confirmUrl?: string;
}

/** Recognises a handshake and answers it; null: this is none. Never throws for anything a stranger can send. */
export type Handshaker = (
  request: ReceivedRequest,
  credentials: Credentials,
  crypto: Crypto,
) => Handshake | null;

/** What is known of a provider's webhooks, as data. */
export interface Preset {
  /** `custom` for a scheme that a user described. */
  name: string;
  title: string;
  scheme: AnyScheme;
  /** What its secret is called where it comes from; null: it has none. */
  secret: string | null;
  fields: readonly FieldSpec[];
  /** Null: the SHA-256 of the body is the key. */
  id: Derived | Found | null;
  type: Derived | Found | null;
  /** What the provider calls the thing the event is about, where it is always in one place. */
  reference: Derived | Found | null;
  /** Null: `200 {"received":true}`. */
  ack: Answer | null;
  /** Status for a request that is not believed. */
  rejectStatus: number;
  handshake: Handshaker | null;
  /** How long the provider waits for the answer, in its words. */
  deadline: string | null;
  /** What who sets a source up must know; a sentence or two. */
  note: string | null;
}
