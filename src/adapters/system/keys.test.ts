import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { SurehookError } from '../../core/errors.ts';
import { adminKeyFile, loadOrMakeKeys } from './keys.ts';

const folders: string[] = [];

function newDatabase(): { kind: 'sqlite'; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'surehook-keys-'));
  folders.push(folder);
  return { kind: 'sqlite', file: join(folder, 'surehook.db') };
}

const unset = { adminKey: null, encryptionKey: null };

describe('keys beside the database', () => {
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  test('a first start makes both, a second one finds them again', () => {
    const database = newDatabase();
    const first = loadOrMakeKeys({ database, ...unset });
    assert.match(first.adminKey ?? '', /^shk_admin_[\w-]{43}$/);
    assert.equal(first.encryptionKey.length, 32);
    const files = [`${database.file}.encryption-key`, adminKeyFile(database.file)];
    assert.deepEqual(first.made, files);
    assert.deepEqual(loadOrMakeKeys({ database, ...unset }), { ...first, made: [] });
    assert.deepEqual(first.warnings, []);
  });

  test('only their owner can read them, and nothing else is left lying about', () => {
    const database = newDatabase();
    loadOrMakeKeys({ database, ...unset });
    const names = readdirSync(join(database.file, '..')).sort();
    assert.deepEqual(names, ['surehook.db.admin-key', 'surehook.db.encryption-key']);
    for (const name of names) assert.equal(statSync(join(database.file, '..', name)).mode & 0o777, 0o600);
  });

  test('configured keys are used as they are and not written anywhere', () => {
    const database = newDatabase();
    const adminKey = `shk_admin_${'x'.repeat(30)}`;
    const encryptionKey = new Uint8Array(32).fill(1);
    assert.deepEqual(loadOrMakeKeys({ database, adminKey, encryptionKey }), {
      adminKey,
      encryptionKey,
      warnings: [],
      made: [],
    });
    assert.deepEqual(readdirSync(join(database.file, '..')), []);
  });

  test('a database in memory writes no key', () => {
    assert.ok(loadOrMakeKeys({ database: { kind: 'sqlite', file: ':memory:' }, ...unset }).adminKey);
    assert.ok(!existsSync(adminKeyFile(':memory:')));
  });

  test('a key file that others can read is warned about', () => {
    const database = newDatabase();
    loadOrMakeKeys({ database, ...unset });
    chmodSync(adminKeyFile(database.file), 0o644);
    const { warnings } = loadOrMakeKeys({ database, ...unset });
    assert.deepEqual(warnings.length, 1);
    assert.match(warnings[0] ?? '', /chmod 600 .*admin-key$/);
  });

  test('a short admin key is warned about without being shown', () => {
    const { warnings } = loadOrMakeKeys({
      database: { kind: 'sqlite', file: ':memory:' },
      adminKey: 'shk_admin_dev',
      encryptionKey: null,
    });
    assert.match(warnings.join(), /only 13 characters/);
    assert.doesNotMatch(warnings.join(), /shk_admin_dev/);
  });

  test('a garbled key file stops the start and stays as it is', () => {
    const database = newDatabase();
    loadOrMakeKeys({ database, ...unset });
    const file = `${database.file}.encryption-key`;
    writeFileSync(file, 'half of it');
    assert.throws(
      () => loadOrMakeKeys({ database, ...unset }),
      (error) => error instanceof SurehookError && error.detail.includes(file),
    );
    assert.equal(readFileSync(file, 'utf8'), 'half of it');
  });

  test('a database whose encryption key is gone gets no new one', () => {
    const database = newDatabase();
    loadOrMakeKeys({ database, ...unset });
    writeFileSync(database.file, 'something');
    rmSync(`${database.file}.encryption-key`);
    assert.throws(() => loadOrMakeKeys({ database, ...unset }), /Put .*encryption-key back/);
  });

  test('PostgreSQL needs a configured encryption key', () => {
    const database = { kind: 'postgres', url: 'postgres://db.example/surehook' } as const;
    assert.throws(() => loadOrMakeKeys({ database, ...unset }), /SUREHOOK_ENCRYPTION_KEY must be set/);
  });
});
