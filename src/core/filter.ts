import { asRecord, jsonChars, pointerStep } from './body.ts';
import { compareDecimals, isDecimal } from './decimal.ts';
import type { Problem } from './errors.ts';
import type { Event } from './event.ts';
import { numberText, parseExact } from './exact-json.ts';
import { locate, stringAt } from './json.ts';
import * as limits from './limits/endpoints.ts';

/**
 * What a filter may ask of one place in an event. All that are given must hold. A place that is not in the event holds for `ne`
 * and `exists: false`, and for nothing else. Values of different JSON types are never equal and have no order; numbers are
 * compared as decimals, exactly, from the digits that were sent; strings by their UTF-16 units. `gt gte lt lte` also take a
 * number as a string.
 */
export interface Condition {
  eq?: unknown;
  ne?: unknown;
  gt?: number | string;
  gte?: number | string;
  lt?: number | string;
  lte?: number | string;
  in?: unknown[];
  exists?: boolean;
}

/** JSON pointers (RFC 6901) into the event `{id,type,timestamp,reference,data}` to conditions; all must hold. */
export type Filter = Record<string, Condition>;

const operators = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'exists'] as const;
type Operator = (typeof operators)[number];

const places = ['id', 'type', 'timestamp', 'reference', 'data'] as const;
type Place = (typeof places)[number];

/** The parts of an event that a filter can look at; `data` is JSON text. */
export type FilterParts = Pick<Event, Place>;

/**
 * Reads a filter as the API takes it, with numbers plain or from `parseExact`; `pointer` is where it stands in the request.
 * Answers its JSON text, which is how a filter is kept: numbers as they were written. Null: no filter, or problems were added.
 */
export function parseFilter(input: unknown, pointer: string, problems: Problem[]): string | null {
  if (input === null || input === undefined) return null;
  if (!isRecord(input)) {
    problems.push({
      pointer,
      detail: 'must be an object of JSON pointers to conditions, such as {"/data/total":{"gte":100}}',
    });
    return null;
  }
  const before = problems.length;
  const entries = Object.entries(input);
  if (entries.length > limits.filterConditions || jsonChars(input) > limits.filterChars) {
    problems.push({
      pointer,
      detail: `must hold at most ${limits.filterConditions} places in ${limits.filterChars} characters`,
    });
    return null;
  }
  for (const [place, condition] of entries) {
    const at = `${pointer}/${pointerStep(place)}`;
    if (pathOf(place) === null) {
      problems.push({
        pointer: at,
        detail: `must be a JSON pointer that begins with ${places.map((name) => `/${name}`).join(', ')}`,
      });
    }
    checkCondition(condition, at, problems);
  }
  if (problems.length > before) return null;
  return entries.length === 0 ? null : JSON.stringify(input);
}

/** One place of a filter, ready to be looked at. */
interface Check {
  path: string[] | null;
  conditions: (readonly [Operator, unknown])[];
}

/** Filters by their text, so that each is read once and not for every event. */
const remembered = new Map<string, Check[]>();

/** Whether every condition of a filter (its text, as `parseFilter` answers it) holds for the event; time is linear in `data`. */
export function matchesFilter(filter: string, event: FilterParts): boolean {
  for (const { path, conditions } of checksOf(filter)) {
    const value = valueAt(event, path);
    for (const [operator, operand] of conditions) if (!holds(operator, value, operand)) return false;
  }
  return true;
}

function checksOf(filter: string): Check[] {
  let checks = remembered.get(filter);
  if (checks === undefined) {
    checks = Object.entries(parseExact(filter) as Filter).map(([place, condition]) => ({
      path: pathOf(place),
      conditions: Object.entries(condition) as (readonly [Operator, unknown])[],
    }));
    if (remembered.size >= limits.filtersRemembered) remembered.clear();
    remembered.set(filter, checks);
  }
  return checks;
}

function checkCondition(condition: unknown, pointer: string, problems: Problem[]): void {
  if (!isRecord(condition) || Object.keys(condition).length === 0) {
    problems.push({ pointer, detail: `must be an object with at least one of ${operators.join(', ')}` });
    return;
  }
  for (const [operator, operand] of Object.entries(condition)) {
    const detail = operandProblem(operator, operand);
    if (detail !== null) problems.push({ pointer: `${pointer}/${pointerStep(operator)}`, detail });
  }
}

function operandProblem(operator: string, operand: unknown): string | null {
  switch (operator) {
    case 'eq':
    case 'ne':
      return null;
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return numberText(operand) !== null || typeof operand === 'string'
        ? null
        : 'must be a number or a string';
    case 'in':
      return Array.isArray(operand) && operand.length > 0 ? null : 'must be an array of at least one value';
    case 'exists':
      return typeof operand === 'boolean' ? null : 'must be true or false';
    default:
      return `is not known; use ${operators.join(', ')}`;
  }
}

/** `value`: JSON text, null when the place is not in the event. */
function holds(operator: Operator, value: string | null, operand: unknown): boolean {
  if (operator === 'exists') return (value !== null) === operand;
  if (value === null) return operator === 'ne';
  switch (operator) {
    case 'eq':
      return equals(value, operand);
    case 'ne':
      return !equals(value, operand);
    case 'in':
      return (operand as unknown[]).some((one) => equals(value, one));
    case 'gt':
      return order(value, operand) > 0;
    case 'gte':
      return order(value, operand) >= 0;
    case 'lt':
      return order(value, operand) < 0;
    case 'lte':
      return order(value, operand) <= 0;
  }
}

/** NaN when the two have no order: then no comparison holds. */
function order(value: string, operand: unknown): number {
  const number = numberText(operand);
  if (number !== null) return compareDecimals(value, number);
  if (typeof operand !== 'string') return Number.NaN;
  if (!value.startsWith('"')) return isDecimal(operand) ? compareDecimals(value, operand) : Number.NaN;
  const text = textOf(value);
  return text < operand ? -1 : text > operand ? 1 : 0;
}

function equals(value: string, operand: unknown): boolean {
  const number = numberText(operand);
  if (number !== null) return compareDecimals(value, number) === 0;
  if (typeof operand === 'string') return value.startsWith('"') && textOf(value) === operand;
  if (typeof operand !== 'object' || operand === null) return value === String(operand);
  const first = value.charCodeAt(0);
  return (first === 0x7b || first === 0x5b) && sameValue(parseExact(value), operand);
}

/** Of two values from `parseExact`. */
function sameValue(value: unknown, operand: unknown): boolean {
  const [a, b] = [numberText(value), numberText(operand)];
  if (a !== null || b !== null) return a !== null && b !== null && compareDecimals(a, b) === 0;
  if (Array.isArray(value)) {
    return (
      Array.isArray(operand) &&
      value.length === operand.length &&
      value.every((item, i) => sameValue(item, operand[i]))
    );
  }
  if (!isRecord(value)) return value === operand;
  if (!isRecord(operand)) return false;
  const names = Object.keys(value);
  return (
    names.length === Object.keys(operand).length &&
    names.every((name) => Object.hasOwn(operand, name) && sameValue(value[name], operand[name]))
  );
}

function valueAt(event: FilterParts, path: string[] | null): string | null {
  const place = path?.[0] as Place | undefined;
  if (path === null || place === undefined) return null;
  if (place === 'data') return locate(event.data, path.slice(1));
  const text = event[place];
  return text === null || path.length > 1 ? null : JSON.stringify(text);
}

/** The steps of a pointer that leads into an event; null for any other text. */
function pathOf(pointer: string): string[] | null {
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return null;
  const path = pointer.slice(1).split('/');
  if (!(places as readonly string[]).includes(path[0]!)) return null;
  return pointer.includes('~')
    ? path.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path;
}

function textOf(value: string): string {
  return stringAt(value, { start: 0, end: value.length });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return asRecord(value) !== null;
}
