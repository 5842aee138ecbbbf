import type { Account, ApiKey, EventType } from '../../../core/account.ts';
import { notFound, SurehookError } from '../../../core/errors.ts';
import { accountOf, eventTypeOf, keyOf } from '../../../ports/rows/account.ts';
import type { SealedStore } from '../../../ports/sealed.ts';
import type { Administration } from '../../../ports/store.ts';
import type { Session } from '../session.ts';
import { deleteBinsOf } from './bins.ts';
import { allEndpoints } from './endpoints.ts';
import { allSources, deleteSourcesOf } from './sources.ts';

export async function directory(session: Session): Promise<Awaited<ReturnType<SealedStore['directory']>>> {
  const accounts = await session.all('SELECT * FROM account ORDER BY no');
  const keys = await session.all('SELECT * FROM api_key ORDER BY created_at, id');
  const eventTypes = await session.all('SELECT * FROM event_type');
  return {
    accounts: accounts.map((row) => ({ account: accountOf(row), version: row.version as number })),
    endpoints: await allEndpoints(session),
    sources: await allSources(session),
    keys: keys.map(keyOf),
    eventTypes: eventTypes.map(eventTypeOf),
  };
}

export async function createAccount(
  session: Session,
  account: Omit<Account, 'no'>,
): Promise<{ account: Account; version: number } | 'exists'> {
  const made = await session.get(
    `INSERT INTO account (id, name, max_endpoints, notify, version, created_at, updated_at) VALUES (?, ?, ?, ?, 1, ?, ?)
     ON CONFLICT DO NOTHING RETURNING no`,
    account.id,
    account.name,
    account.maxEndpoints,
    account.notify,
    account.createdAtMs,
    account.updatedAtMs,
  );
  return made === undefined ? 'exists' : { account: { no: made.no as number, ...account }, version: 1 };
}

export async function updateAccount(
  session: Session,
  no: number,
  changes: Parameters<Administration['updateAccount']>[1],
): Promise<void> {
  const row = await session.get('SELECT * FROM account WHERE no = ? FOR UPDATE', no);
  if (row === undefined) throw notFound('account', String(no));
  const account = { ...accountOf(row), ...changes };
  await session.run(
    'UPDATE account SET name = ?, max_endpoints = ?, notify = ?, updated_at = ? WHERE no = ?',
    account.name,
    account.maxEndpoints,
    account.notify,
    account.updatedAtMs,
    no,
  );
}

export async function deleteAccount(session: Session, no: number, nowMs: number): Promise<void> {
  await session.run('DELETE FROM account WHERE no = ?', no);
  await session.run(
    'UPDATE endpoint SET deleted_at = ?, secrets = NULL, headers = NULL, chore = 2 WHERE account_no = ? AND deleted_at IS NULL',
    nowMs,
    no,
  );
  await deleteSourcesOf(session, no, nowMs);
  await deleteBinsOf(session, no);
  await session.run('DELETE FROM api_key WHERE account_no = ?', no);
  await session.run('DELETE FROM portal_link WHERE account_no = ?', no);
  await session.run('DELETE FROM event_type WHERE account_no = ?', no);
  // What is followed and told for it ends now; the sweep takes what is left.
  await session.run(
    "UPDATE tracked_order SET due_at = NULL, next_poll_at = NULL, state = 'stuck', updated_at = ? WHERE account_no = ? AND state = 'pending'",
    nowMs,
    no,
  );
  for (const table of ['alert_rule', 'alert_channel', 'signal', 'alert_message'])
    await session.run(`DELETE FROM ${table} WHERE account_no = ?`, no);
  await session.run(
    'UPDATE alert SET resolved_at = ? WHERE account_no = ? AND resolved_at IS NULL',
    nowMs,
    no,
  );
}

export async function createKey(session: Session, key: ApiKey): Promise<void> {
  const inserted = await session.run(
    'INSERT INTO api_key (id, account_no, name, scopes, hash, hint, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    key.id,
    key.accountNo,
    key.name,
    JSON.stringify(key.scopes),
    key.hash,
    key.hint,
    key.createdAtMs,
  );
  if (inserted === 0) throw new SurehookError('conflict', 'This key exists already.');
}

export async function deleteKey(session: Session, id: string): Promise<void> {
  await session.run('DELETE FROM api_key WHERE id = ?', id);
}

export async function putEventType(session: Session, type: EventType): Promise<void> {
  const changed = ['description', 'schema', 'examples', 'deprecated', 'created_at', 'updated_at'];
  await session.run(
    `INSERT INTO event_type (account_no, name, description, schema, examples, deprecated, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (account_no, name) DO UPDATE SET ${changed.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    type.accountNo,
    type.name,
    type.description,
    type.schema === null ? null : JSON.stringify(type.schema),
    JSON.stringify(type.examples),
    type.deprecated,
    type.createdAtMs,
    type.updatedAtMs,
  );
}

export async function deleteEventType(session: Session, accountNo: number, name: string): Promise<boolean> {
  return (await session.run('DELETE FROM event_type WHERE account_no = ? AND name = ?', accountNo, name)) > 0;
}
