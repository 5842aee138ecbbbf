import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { greeting } from './greet.ts';

const url = 'http://127.0.0.1:4400';

test('what is to be pasted sets KEY first, and each curl works by itself', () => {
  const lines = greeting({
    url,
    signIn: `${url}/signin#t`,
    adminKey: 'shk_admin_a-b_C9',
    listener: 'http://127.0.0.1:4401',
    shop: null,
  })
    .split('\n')
    .map((line) => line.trim());
  const at = lines.indexOf('export KEY=shk_admin_a-b_C9');
  assert.ok(at > 0 && lines[at + 1]!.startsWith('curl ') && lines[at + 2]!.startsWith('curl '));
  for (const line of lines.slice(at + 1, at + 3))
    assert.ok(line.includes('"Authorization: Bearer shk_admin_a-b_C9"'));
  assert.ok(lines[at + 1]!.includes('"url":"http://127.0.0.1:4401/hooks"'));
});

test('the link that signs in stands by itself at the end of a line', () => {
  const signIn = `${url}/signin#abc`;
  const lines = greeting({ url, signIn, adminKey: 'shk_admin_x', listener: null, shop: null }).split('\n');
  assert.ok(lines.some((line) => line.endsWith(` ${signIn}`)));
});

test('a key with characters that a shell reads is quoted', { skip: process.platform === 'win32' }, () => {
  const adminKey = `shk_admin_$HOME'"; echo \`x\``;
  const command = greeting({ url, signIn: `${url}/signin#t`, adminKey, listener: null, shop: null })
    .split('\n')
    .find((line) => line.includes('export KEY='))!;
  const done = spawnSync('sh', ['-c', `${command}; printf %s "$KEY"`], { encoding: 'utf8' });
  assert.equal(done.stdout, adminKey);
});

test('where nobody here knows an admin key, it is said how to get one, and what is pasted asks for it', () => {
  const lines = greeting({ url, signIn: `${url}/signin#t`, adminKey: null, listener: null, shop: null });
  assert.match(lines, /npx surehook keys create --admin/);
  assert.match(lines, /export KEY=YOUR-ADMIN-KEY/);
  assert.match(lines, /Bearer \$KEY/);
});
