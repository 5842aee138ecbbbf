import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { settingRows } from '../config.ts';
import { type Acts, buildProgram } from './program.ts';

interface Call {
  act: string;
  args: unknown[];
}

/** Runs a command line whose acts only say that they were called. */
async function run(...args: string[]): Promise<{ calls: Call[]; codes: number[]; text: string }> {
  const calls: Call[] = [];
  const codes: number[] = [];
  let text = '';
  const acts = new Proxy({} as Acts, {
    get:
      (_, act) =>
      async (...given: unknown[]) => {
        calls.push({ act: String(act), args: given });
        return 3;
      },
  });
  const program = buildProgram({
    version: '1.2.3',
    settings: settingRows,
    acts,
    exit: (code) => codes.push(code),
  });
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({ writeOut: (more) => (text += more), writeErr: (more) => (text += more) });
  }
  await program.parseAsync(args, { from: 'user' }).catch(() => codes.push(-1));
  return { calls, codes, text };
}

describe('command line', () => {
  test('every variable is a flag of start, shown with its default', async () => {
    const { text } = await run('start', '--help');
    const words = text.replace(/\s+/g, ' ');
    for (const { variable, flag, standard } of settingRows) {
      assert.ok(text.includes(flag), flag);
      const note = standard === null ? `(${variable})` : `(${variable}, default: ${standard})`;
      assert.ok(words.includes(note), note);
    }
  });

  test('--help lists every command', async () => {
    const { text } = await run('--help');
    for (const name of [
      'start',
      'migrate',
      'keys',
      'backup',
      'sign',
      'verify',
      'trigger',
      'types',
      'listen',
      'demo',
    ]) {
      assert.match(text, new RegExp(`^ +${name}\\b`, 'm'));
    }
  });

  test('flags reach start under the names that the configuration knows', async () => {
    const { calls, codes } = await run('start', '--dev', '--port', '0', '--max-payload', '1MiB');
    assert.deepEqual(calls, [{ act: 'start', args: [{ dev: true, port: '0', maxPayload: '1MiB' }] }]);
    assert.deepEqual(codes, [3]);
  });

  test('a switch may have its value', async () => {
    assert.deepEqual((await run('start', '--dev', 'off')).calls[0]?.args, [{ dev: 'off' }]);
  });

  test('the URL that doctor looks at may follow a switch', async () => {
    for (const args of [
      ['--dev', 'http://127.0.0.1:1/hooks'],
      ['http://127.0.0.1:1/hooks', '--dev'],
    ]) {
      const { calls } = await run('doctor', ...args);
      assert.deepEqual(calls[0]?.args.slice(0, 2), [{ dev: true }, 'http://127.0.0.1:1/hooks']);
    }
    const { calls, text } = await run('doctor', '--dev', 'on');
    assert.deepEqual(calls, []);
    assert.match(text, /missing required argument 'url'/);
  });

  test('a misspelt flag stops with the nearest one', async () => {
    const { calls, text } = await run('start', '--prot', '1');
    assert.deepEqual(calls, []);
    assert.match(text, /Did you mean --port\?/);
  });

  test('--secret and --header may be given several times and take one value each', async () => {
    const line = [
      'verify',
      '--scheme',
      'standard',
      '--secret',
      'a',
      '--secret',
      'b',
      '--header',
      'A: 1',
      '--header',
      'B: 2',
    ];
    assert.deepEqual((await run(...line)).calls, [
      { act: 'verify', args: [{ scheme: 'standard', secret: ['a', 'b'], header: ['A: 1', 'B: 2'] }] },
    ]);
  });

  test('the database is a flag apart from what a command is about', async () => {
    assert.deepEqual((await run('keys', 'revoke', 'key_1', '--database', 'x.db')).calls, [
      { act: 'revokeKey', args: [{ database: 'x.db' }, 'key_1', {}] },
    ]);
    assert.deepEqual((await run('migrate', '--status', '--database', 'x.db')).calls, [
      { act: 'migrate', args: [{ database: 'x.db' }, { status: true }] },
    ]);
    assert.deepEqual((await run('backup', 'copy.db')).calls, [{ act: 'backup', args: [{}, 'copy.db'] }]);
    assert.deepEqual((await run('keys', 'create', '--admin')).calls, [
      { act: 'createKey', args: [{}, { account: 'default', admin: true }] },
    ]);
  });

  test('what talks to a server may be told where it is', async () => {
    const at = ['--url', 'http://127.0.0.1:9'];
    const url = at[1];
    assert.deepEqual((await run('trigger', 'order.created', '--reference', 'A1', ...at)).calls, [
      { act: 'trigger', args: [{}, 'order.created', { url, reference: 'A1' }] },
    ]);
    assert.deepEqual((await run('keys', 'list', ...at)).calls, [{ act: 'listKeys', args: [{}, { url }] }]);
  });
});
