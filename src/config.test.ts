import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ConfigError, readConfig, renderDocumentation, settingRows } from './config.ts';

/** The one line that a bad start shows. */
function lineOf(environment: Record<string, string>, flags: Record<string, unknown> = {}): string {
  try {
    readConfig(environment, flags);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.ok(!error.message.includes('\n'));
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the configuration was accepted' });
}

describe('configuration', () => {
  test('everything has the default of the documentation', () => {
    assert.deepEqual(readConfig({}), {
      host: '127.0.0.1',
      port: 4400,
      publicUrl: null,
      database: { kind: 'sqlite', file: './data/surehook.db' },
      adminKey: null,
      encryptionKey: null,
      dev: false,
      allowNetworks: [],
      maxPayloadBytes: 262_144,
      retentionMs: 2_592_000_000,
      trustedProxies: [],
      smtpUrl: null,
      mailFrom: null,
      mailTo: null,
      publicCatalogue: null,
      logLevel: 'info',
    });
    for (const { variable, standard } of settingRows) {
      if (standard === null || !/^[\w./]+$/.test(standard)) continue;
      assert.deepEqual(readConfig({ [variable]: standard }), readConfig({}), variable);
    }
  });

  test('an empty variable counts as unset, whatever its name', () => {
    assert.deepEqual(
      readConfig({ SUREHOOK_PORT: '', SUREHOOK_DEV: ' ', SUREHOOK_NOTHING: '' }),
      readConfig({}),
    );
  });

  test('a flag wins over its variable', () => {
    const config = readConfig(
      { SUREHOOK_PORT: '1', SUREHOOK_PUBLIC_URL: 'http://a.example' },
      { port: '2', publicUrl: 'https://b.example/' },
    );
    assert.equal(config.port, 2);
    assert.equal(config.publicUrl, 'https://b.example');
  });

  test('a switch takes 1/0, true/false, on/off, and a bare flag turns it on', () => {
    for (const text of ['1', 'true', 'on', 'ON']) assert.equal(readConfig({ SUREHOOK_DEV: text }).dev, true);
    for (const text of ['0', 'false', 'off']) assert.equal(readConfig({ SUREHOOK_DEV: text }).dev, false);
    assert.equal(readConfig({ SUREHOOK_DEV: 'off' }, { dev: true }).dev, true);
    assert.match(lineOf({ SUREHOOK_DEV: 'yes' }), /^SUREHOOK_DEV is "yes"; write on or off/);
  });

  test('an unknown name stops the start and suggests the nearest', () => {
    assert.match(
      lineOf({ SUREHOOK_PROT: '1' }),
      /^SUREHOOK_PROT is not a setting; did you mean SUREHOOK_PORT\?/,
    );
    assert.match(lineOf({ SUREHOOK_MAXPAYLOAD: '1' }), /did you mean SUREHOOK_MAX_PAYLOAD\?/);
  });

  test('a bad flag is named as a flag', () => {
    assert.match(
      lineOf({}, { maxPayload: 'lots' }),
      /^--max-payload is "lots"; write a size from 1KiB to 4MiB/,
    );
  });

  for (const [variable, text, line] of [
    ['SUREHOOK_HOST', 'http://a', /write one like 127\.0\.0\.1/],
    ['SUREHOOK_PORT', '70000', /a number from 0 to 65535/],
    ['SUREHOOK_PORT', '4400x', /is not a port/],
    ['SUREHOOK_PUBLIC_URL', 'hooks.example.com', /write a URL like https/],
    ['SUREHOOK_PUBLIC_URL', 'https://u:p@a.example', /without query or credentials/],
    ['SUREHOOK_DATABASE', 'postgres://me:hunter2@db', /^(?!.*hunter2).*postgres:\/\/user:password@host/],
    ['SUREHOOK_DATABASE', 'mysql://db/surehook', /name a file/],
    ['SUREHOOK_ADMIN_KEY', 'secret', /must begin with shk_admin_/],
    ['SUREHOOK_ADMIN_KEY', 'shk_admin_a b', /without spaces/],
    ['SUREHOOK_ENCRYPTION_KEY', 'c2hvcnQ=', /must be 32 bytes in base64/],
    ['SUREHOOK_ALLOW_NETWORKS', '10.0.0.0/33', /the part after \/ must be 0 to 32/],
    ['SUREHOOK_TRUSTED_PROXIES', 'proxy.example', /is not a network/],
    ['SUREHOOK_MAX_PAYLOAD', '1GiB', /like 256KiB/],
    ['SUREHOOK_RETENTION', '30', /like 30d/],
    ['SUREHOOK_SMTP_URL', 'mail.example', /write smtp:/],
    ['SUREHOOK_MAIL_TO', 'ops', /is not a mail address/],
    ['SUREHOOK_LOG_LEVEL', 'verbose', /write one of trace, debug/],
  ] as const) {
    test(`${variable}=${text} is refused with one line that says what to write`, () => {
      const shown = lineOf({ [variable]: text });
      assert.ok(shown.startsWith(`${variable} `), shown);
      assert.match(shown, line);
    });
  }

  test('a refused secret is not shown', () => {
    assert.doesNotMatch(lineOf({ SUREHOOK_ADMIN_KEY: 'hunter2hunter2' }), /hunter2/);
    assert.doesNotMatch(lineOf({ SUREHOOK_ENCRYPTION_KEY: 'hunter2hunter2' }), /hunter2/);
    assert.doesNotMatch(lineOf({ SUREHOOK_SMTP_URL: 'ftp://me:hunter2@mail' }), /hunter2/);
  });

  test('good values are read as they are meant', () => {
    const key = Buffer.alloc(32, 7);
    const config = readConfig({
      SUREHOOK_HOST: '[::1]',
      SUREHOOK_DATABASE: 'C:\\data\\surehook.db',
      SUREHOOK_ENCRYPTION_KEY: key.toString('base64'),
      SUREHOOK_ALLOW_NETWORKS: '10.0.0.0/8, fd00::/8',
      SUREHOOK_MAX_PAYLOAD: '1MiB',
      SUREHOOK_RETENTION: '90d',
      SUREHOOK_MAIL_FROM: 'Surehook <hooks@shop.example>',
      SUREHOOK_LOG_LEVEL: 'WARN',
    });
    assert.equal(config.host, '::1');
    assert.deepEqual(config.database, { kind: 'sqlite', file: 'C:\\data\\surehook.db' });
    assert.deepEqual(config.encryptionKey, new Uint8Array(key));
    assert.deepEqual(config.allowNetworks, ['10.0.0.0/8', 'fd00::/8']);
    assert.equal(config.maxPayloadBytes, 1_048_576);
    assert.equal(config.retentionMs, 90 * 86_400_000);
    assert.equal(config.logLevel, 'warn');
  });

  test('the configuration cannot be changed once it is read', () => {
    assert.ok(Object.isFrozen(readConfig({})));
  });

  test('docs/operating/configuration.md says what the table says', () => {
    const file = new URL('../docs/operating/configuration.md', import.meta.url);
    assert.equal(readFileSync(file, 'utf8'), renderDocumentation(), 'write it anew: npm run docs');
  });
});
