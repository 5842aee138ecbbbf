import type { Account, ApiKey, EventType } from '../../../core/account.ts';
import { notFound, SurehookError } from '../../../core/errors.ts';
import { accountOf, eventTypeOf, keyOf } from '../../../ports/rows/account.ts';
import type { SealedStore } from '../../../ports/sealed.ts';
import type { Administration } from '../../../ports/store.ts';
import type { Database } from '../database.ts';
import { deleteBinsOf } from './bins.ts';
import { allEndpoints } from './endpoints.ts';
import { allSources, deleteSourcesOf } from './sources.ts';

export function directory(db: Database): Awaited<ReturnType<SealedStore['directory']>> {
  return {
    accounts: db
      .all('SELECT * FROM account ORDER BY no')
      .map((row) => ({ account: accountOf(row), version: row.version as number })),
    endpoints: allEndpoints(db),
    keys: db.all('SELECT * FROM api_key ORDER BY created_at, id').map(keyOf),
    eventTypes: db.all('SELECT * FROM event_type').map(eventTypeOf),
    sources: allSources(db),
  };
}

export function createAccount(
  db: Database,
  account: Omit<Account, 'no'>,
): { account: Account; version: number } | 'exists' {
  if (db.get('SELECT 1 FROM account WHERE id = ?', account.id) !== undefined) return 'exists';
  const no = db.insert(
    'INSERT INTO account (id, name, max_endpoints, notify, version, created_at, updated_at) VALUES (?, ?, ?, ?, 1, ?, ?)',
    account.id,
    account.name,
    account.maxEndpoints,
    account.notify,
    account.createdAtMs,
    account.updatedAtMs,
  );
  return { account: { no, ...account }, version: 1 };
}

export function updateAccount(
  db: Database,
  no: number,
  changes: Parameters<Administration['updateAccount']>[1],
): void {
  const row = db.get('SELECT * FROM account WHERE no = ?', no);
  if (row === undefined) throw notFound('account', String(no));
  const account = { ...accountOf(row), ...changes };
  db.run(
    'UPDATE account SET name = ?, max_endpoints = ?, notify = ?, updated_at = ? WHERE no = ?',
    account.name,
    account.maxEndpoints,
    account.notify,
    account.updatedAtMs,
    no,
  );
}

export function deleteAccount(db: Database, no: number, nowMs: number): void {
  db.run(
    'UPDATE endpoint SET deleted_at = ?, secrets = NULL, headers = NULL, chore = 2 WHERE account_no = ? AND deleted_at IS NULL',
    nowMs,
    no,
  );
  deleteSourcesOf(db, no, nowMs);
  deleteBinsOf(db, no);
  db.run('DELETE FROM api_key WHERE account_no = ?', no);
  db.run('DELETE FROM portal_link WHERE account_no = ?', no);
  db.run('DELETE FROM event_type WHERE account_no = ?', no);
  // What is followed and told for it ends now; the sweep takes what is left.
  db.run(
    "UPDATE tracked_order SET due_at = NULL, next_poll_at = NULL, state = 'stuck', updated_at = ? WHERE account_no = ? AND state = 'pending'",
    nowMs,
    no,
  );
  for (const table of ['alert_rule', 'alert_channel', 'signal', 'alert_message'])
    db.run(`DELETE FROM ${table} WHERE account_no = ?`, no);
  db.run('UPDATE alert SET resolved_at = ? WHERE account_no = ? AND resolved_at IS NULL', nowMs, no);
  db.run('DELETE FROM account WHERE no = ?', no);
  db.versions.clear();
}

export function createKey(db: Database, key: ApiKey): void {
  const inserted = db.run(
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

export function deleteKey(db: Database, id: string): void {
  db.run('DELETE FROM api_key WHERE id = ?', id);
}

export function putEventType(db: Database, type: EventType): void {
  db.run(
    `INSERT OR REPLACE INTO event_type (account_no, name, description, schema, examples, deprecated, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    type.accountNo,
    type.name,
    type.description,
    type.schema === null ? null : JSON.stringify(type.schema),
    JSON.stringify(type.examples),
    type.deprecated ? 1 : 0,
    type.createdAtMs,
    type.updatedAtMs,
  );
}

export function deleteEventType(db: Database, accountNo: number, name: string): boolean {
  return db.run('DELETE FROM event_type WHERE account_no = ? AND name = ?', accountNo, name) > 0;
}
