import { invalid, type Problem } from './errors.ts';
import { numberText } from './exact-json.ts';
import * as limits from './limits/api.ts';

/** Reads the members of a parsed JSON object and gathers what is wrong with them, so that a caller hears of everything at once. */
export class BodyReader {
  readonly problems: Problem[] = [];
  readonly #members: Record<string, unknown>;
  readonly #pointer: string;

  /** Members that are not `known` are problems. Throws `invalid` when `body` is not an object; an absent body is an empty one. */
  constructor(body: unknown, known: readonly string[], at: { pointer?: string; problems?: Problem[] } = {}) {
    this.#pointer = at.pointer ?? '';
    if (at.problems !== undefined) this.problems = at.problems;
    const members = body === undefined && this.#pointer === '' ? {} : asRecord(body);
    if (members === null) throw invalid([{ pointer: this.#pointer, detail: 'must be a JSON object' }]);
    this.#members = members;
    for (const name of Object.keys(members)) {
      if (known.includes(name)) continue;
      const detail = setByServer.has(name)
        ? 'is set by the server; leave it out'
        : `is not known here; known are ${known.join(', ')}`;
      this.wrong(name, detail);
    }
  }

  /** Whether the member is there, `null` included. */
  has(name: string): boolean {
    return Object.hasOwn(this.#members, name);
  }

  /** The member; undefined when it is absent. */
  value(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  /** `pointer` is below this object: a member's name, or deeper (already escaped). */
  wrong(pointer: string, detail: string): void {
    this.problems.push({ pointer: `${this.#pointer}/${pointer}`, detail });
  }

  /** What `read` makes of the member; `absent` when it is not there or `null`, and when `read` says what it `must` be by undefined. */
  optional<T>(name: string, absent: T, must: string, read: (value: unknown) => T | undefined): T {
    const value = this.value(name);
    if (value === undefined || value === null) return absent;
    const result = read(value);
    if (result === undefined) this.wrong(name, must);
    return result ?? absent;
  }

  /**
   * Puts what `read` makes of each member that is there into `found`; `null` sets a setting back to its default where it has one.
   * What `read` answers with undefined is left out: it has said itself what is wrong.
   */
  into<S extends object>(found: Partial<S>, defaults: Partial<S>) {
    return <K extends keyof S>(name: string, field: K, read: (value: unknown) => S[K] | undefined): void => {
      if (!this.has(name)) return;
      const given = this.value(name) ?? null;
      const value = given === null && field in defaults ? defaults[field] : read(given);
      if (value !== undefined) found[field] = value;
    };
  }

  /** Throws `invalid` when anything was wrong. */
  done(): void {
    if (this.problems.length > 0) throw invalid(this.problems);
  }
}

const setByServer = new Set(['id', 'createdAt', 'updatedAt', 'statusReason']);
/** ASCII, no quoting, no display name: what can stand in a mail header as it is. */
const mailAddress = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/** How a recipient must be written, for error texts. */
export const notifyMust = 'must be one e-mail address, such as "ops@shop.example"';

/** A mail address that can go into a header as it is; undefined for anything else. */
export function readNotify(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 254 && mailAddress.test(value) && !value.includes('..')
    ? value
    : undefined;
}

/** Text for people: well-formed, at most `maxChars`, no control characters but line breaks and tabs; undefined for anything else. */
export function readText(value: unknown, maxChars: number): string | undefined {
  if (typeof value !== 'string' || value.length > maxChars || !value.isWellFormed()) return undefined;
  for (let at = 0; at < value.length; at++) {
    const c = value.charCodeAt(at);
    if ((c < 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) || c === 0x7f) return undefined;
  }
  return value;
}

/** A whole number within bounds; undefined for anything else. */
export function readWhole(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    ? value
    : undefined;
}

/** The value if it is an object, no array and no number that `parseExact` kept, else null. */
export function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && numberText(value) === null
    ? (value as Record<string, unknown>)
    : null;
}

/** How many characters a parsed value takes as JSON; infinitely many when it is nested deeper than `limits.jsonDepth`. */
export function jsonChars(value: unknown): number {
  return isDeeper(value, limits.jsonDepth) ? Number.POSITIVE_INFINITY : JSON.stringify(value).length;
}

function isDeeper(value: unknown, depthLeft: number): boolean {
  if (typeof value !== 'object' || value === null || numberText(value) !== null) return false;
  return depthLeft === 0 || Object.values(value).some((member) => isDeeper(member, depthLeft - 1));
}

/** A member's name as a step of a JSON pointer. */
export function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
