import type { Place, Scheme } from '../../sdk/scheme.ts';
import type { Tracking } from './tracking.ts';

/** Where something stands in a provider's request, or a text that always holds. */
export type Where = Place | { text: string };

/** What a provider is answered, where it wants something else than its preset says. */
export interface Ack {
  status: number;
  contentType: string;
  body: string;
}

/** A door through which somebody else's webhooks come in. Token, secrets, fields and tracking are plain here and sealed by the store. */
export interface Source {
  no: number;
  id: string;
  accountNo: number;
  name: string;
  /** What its address ends with; whoever knows it may knock. */
  token: string;
  /** Name of a preset, or `custom`. */
  scheme: string;
  /** The scheme itself where it is the owner's own, else null. */
  custom: Scheme | null;
  /** Every secret that is valid at present, newest first. Without one nothing is believed. */
  secrets: string[];
  /** What the scheme needs besides: a public key, a webhook id, a verify token … */
  fields: Record<string, string>;
  /** Null: where the preset has it. */
  eventType: Where | null;
  eventId: Place | null;
  reference: Place | null;
  maxBodyBytes: number;
  ratePerSecond: number | null;
  ack: Ack | null;
  /** Status for what is not believed; null: as the provider wants it. */
  rejectStatus: number | null;
  /** JSON Schemas of the data by event type (`*`: of every other type), as JSON text; null: none. */
  schemas: string | null;
  /** How its orders are followed; null: not at all. */
  tracking: Tracking | null;
  /** The queue that it takes messages from besides; null: none. Hidden as secrets are. */
  consume: { url: string; password: string | null } | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A source before the store has given it a number. */
export type NewSource = Omit<Source, 'no'>;

/** What became of a request at the door. `accepted` ones are events. */
export type DoorVerdict = 'accepted' | 'duplicate' | 'rejected' | 'handshake';

/** In the order that documentation names them. */
export const doorVerdicts: readonly DoorVerdict[] = ['accepted', 'duplicate', 'rejected', 'handshake'];

/** A request that came through a source, without its body. */
export interface SourceRequestHead {
  /** `srq_…`; of an accepted one that was never anything else, the event's id. */
  id: string;
  atMs: number;
  verdict: DoorVerdict;
  /** Why it was not taken in, for programs and in words; null when nothing was wrong. */
  reason: string | null;
  detail: string | null;
  /** What the provider was answered. */
  status: number;
  method: string;
  /** Bytes of the body, be it kept or not. */
  bodyBytes: number;
  /** The event that it is, or was before. */
  eventId: string | null;
}

/** The same with what is needed to judge it again. */
export interface SourceRequest extends SourceRequestHead {
  sourceNo: number;
  /** The address as the provider knows it, query included. */
  url: string;
  /** Name, value, name, value … as they came. */
  headers: string[];
  /** Null when it was not kept: too large, or nothing to judge. */
  body: Uint8Array | null;
}

/** How the taking of messages from a source's queue stands, at one node. */
export interface Consumption {
  /** `waiting`: something is wrong, and it is tried again. */
  state: 'connecting' | 'consuming' | 'waiting';
  /** What is wrong, in words; null: nothing. */
  detail: string | null;
  /** Messages that the broker still has for it; null: it does not say. */
  lag: number | null;
  /** When the last message was taken in; null: none so far. */
  lastAtMs: number | null;
}
