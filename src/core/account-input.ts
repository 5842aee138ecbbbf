import { type Account, type ApiKey, type EventType, type Scope, scopes } from './account.ts';
import { asRecord, BodyReader, jsonChars, notifyMust, readNotify, readText, readWhole } from './body.ts';
import { invalid } from './errors.ts';
import { isEventType } from './event.ts';
import * as limits from './limits/accounts.ts';
import { eventTypeChars, jsonDepth } from './limits/api.ts';
import { eventTypeExamples, eventTypeSchemaChars } from './limits/event-types.ts';

const accountId = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Reads the body of `POST /v1/accounts`. `id` null: the caller leaves it to us. */
export function readNewAccount(
  body: unknown,
): Pick<Account, 'name' | 'maxEndpoints' | 'notify'> & { id: string | null } {
  const reader = new BodyReader(body, ['id', 'name', 'maxEndpoints', 'notify']);
  const idMust = `must be 1–${limits.accountIdChars} characters of A-Z a-z 0-9 . _ -, the first a letter or digit`;
  const id = reader.optional<string | null>('id', null, idMust, (value) =>
    typeof value === 'string' && value.length <= limits.accountIdChars && accountId.test(value)
      ? value
      : undefined,
  );
  const name = readName(reader);
  if (!reader.has('name')) reader.wrong('name', 'is required');
  const rest = readAccountRest(reader);
  reader.done();
  return {
    id,
    name: name ?? '',
    maxEndpoints: rest.maxEndpoints ?? limits.endpointsPerAccountDefault,
    notify: rest.notify ?? null,
  };
}

/** Reads the body of `PATCH /v1/accounts/:id`: what is absent stays, `null` goes back to its default. */
export function readAccountChanges(
  body: unknown,
): Partial<Pick<Account, 'name' | 'maxEndpoints' | 'notify'>> {
  const reader = new BodyReader(body, ['name', 'maxEndpoints', 'notify']);
  const name = readName(reader);
  const changes = { ...(name === undefined ? {} : { name }), ...readAccountRest(reader) };
  reader.done();
  return changes;
}

/** Reads the body of `POST /v1/keys`. `account` undefined: the one the request acts for; null: an admin key. */
export function readNewKey(body: unknown): {
  account: string | null | undefined;
  name: string;
  scopes: Scope[];
} {
  const reader = new BodyReader(body, ['account', 'name', 'scopes']);
  const account = reader.value('account');
  if (account !== undefined && account !== null && typeof account !== 'string') {
    reader.wrong('account', 'must be the id of an account, or null for an admin key');
  }
  const name = readName(reader);
  if (!reader.has('name')) reader.wrong('name', 'is required: what the key is for');
  const wanted = reader.optional(
    'scopes',
    [...scopes],
    `must be an array of at least one of ${scopes.join(', ')}`,
    readScopes,
  );
  reader.done();
  return { account: account as string | null | undefined, name: name ?? '', scopes: wanted };
}

/** Reads the body of `PUT /v1/event-types/:name`. */
export function readEventType(
  name: string,
  body: unknown,
): Pick<EventType, 'name' | 'description' | 'schema' | 'examples' | 'deprecated'> {
  if (!isEventType(name)) {
    throw invalid([
      { pointer: '/name', detail: `must be 1–${eventTypeChars} characters of A-Z a-z 0-9 _ . : / -` },
    ]);
  }
  const reader = new BodyReader(body, ['name', 'description', 'schema', 'examples', 'deprecated']);
  reader.optional('name', name, 'must be the name in the path, or absent', (value) =>
    value === name ? name : undefined,
  );
  const { descriptionChars } = limits;
  const textMust = `must be text of at most ${descriptionChars} characters`;
  const type = {
    name,
    description: reader.optional('description', '', textMust, (value) => readText(value, descriptionChars)),
    schema: reader.optional(
      'schema',
      null,
      'must be a JSON Schema, an object',
      (value) => asRecord(value) ?? undefined,
    ),
    examples: reader.optional(
      'examples',
      [],
      `must be an array of at most ${eventTypeExamples} values of data`,
      (value) =>
        Array.isArray(value) && value.length <= eventTypeExamples ? (value as unknown[]) : undefined,
    ),
    deprecated: reader.optional('deprecated', false, 'must be true or false', (value) =>
      typeof value === 'boolean' ? value : undefined,
    ),
  };
  if (jsonChars([type.schema, type.examples]) > eventTypeSchemaChars) {
    reader.wrong(
      'schema',
      `and examples must take at most ${eventTypeSchemaChars} characters, nested at most ${jsonDepth} levels deep`,
    );
  }
  reader.done();
  return type;
}

/** An account as the API shows it. */
export function accountView(account: Account): Record<string, unknown> {
  const { id, name, maxEndpoints, notify } = account;
  const [createdAt, updatedAt] = [account.createdAtMs, account.updatedAtMs].map((ms) =>
    new Date(ms).toISOString(),
  );
  return { id, name, maxEndpoints, notify, createdAt, updatedAt };
}

/** A key as the API shows it: never the key itself. `accountId` null: an admin key. */
export function keyView(key: ApiKey, accountId: string | null): Record<string, unknown> {
  const createdAt = new Date(key.createdAtMs).toISOString();
  return { id: key.id, account: accountId, name: key.name, scopes: key.scopes, hint: key.hint, createdAt };
}

function readName(reader: BodyReader): string | undefined {
  if (!reader.has('name')) return undefined;
  const name = readText(reader.value('name'), limits.nameChars);
  if (name === undefined || name.trim() === '' || /[\r\n\t]/.test(name)) {
    reader.wrong('name', `must be one line of 1–${limits.nameChars} characters`);
  }
  return name;
}

function readAccountRest(reader: BodyReader): Partial<Pick<Account, 'maxEndpoints' | 'notify'>> {
  const { endpointsPerAccountDefault, endpointsPerAccountMax: most } = limits;
  const maxEndpoints = reader.optional(
    'maxEndpoints',
    endpointsPerAccountDefault,
    `must be a whole number from 0 to ${most}`,
    (value) => readWhole(value, 0, most),
  );
  const notify = reader.optional<string | null>('notify', null, notifyMust, readNotify);
  return {
    ...(reader.has('maxEndpoints') ? { maxEndpoints } : {}),
    ...(reader.has('notify') ? { notify } : {}),
  };
}

function readScopes(value: unknown): Scope[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const fits = value.every((one) => (scopes as readonly unknown[]).includes(one));
  return fits ? [...new Set(value as Scope[])] : undefined;
}
