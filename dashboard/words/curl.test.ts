import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { curlOf } from './curl.ts';

const skip = process.platform === 'win32';
const request = (body: string | null, headers: Record<string, string> = {}) => ({
  url: 'https://a.example/x?y=1&z',
  headers,
  body,
});

/** What a shell hands to curl: its arguments, and what it reads. */
function given(command: string): { args: string[]; read: string } {
  const script = `curl() { for a in "$@"; do printf '%s\\0' "$a"; done; case "$*" in *@-) cat;; esac; }\n${command}`;
  const parts = spawnSync('sh', { input: script, encoding: 'utf8' }).stdout.split('\0');
  return { args: parts.slice(0, -1), read: parts.at(-1)! };
}

test('a shell hands on exactly what was sent', { skip }, () => {
  const body = `{"a":"it's $HOME \`id\` \\\\ \\" \n!"}`;
  const { args } = given(curlOf(request(body, { 'webhook-id': "o'1", host: 'a.example' })));
  assert.deepEqual(args, [
    '-X',
    'POST',
    'https://a.example/x?y=1&z',
    '-H',
    "webhook-id: o'1",
    '--data-raw',
    body,
  ]);
});

test('a body that is too long for an argument, or no text, is read', { skip }, () => {
  const long = `{"line":"${"it's ".repeat(40_000)}"}`;
  assert.equal(given(curlOf(request(long))).read, long);
  const bytes = Buffer.from([0, 255, 10, 39]);
  const { read } = given(curlOf({ ...request(null), bodyBase64: bytes.toString('base64') }));
  assert.equal(read, bytes.toString('utf8').slice(1), 'what comes after the zero byte that parts end with');
});
