import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { curlOf } from './curl.ts';

const attempt = (body: string, headers: Record<string, string> = {}) => ({
  request: { url: 'https://a.example/x?y=1&z', headers, body, bodyTruncated: false },
});

/** What a shell hands to curl. */
function argumentsOf(command: string): string[] {
  const script = `curl() { for a in "$@"; do printf '%s\\0' "$a"; done; }\n${command}`;
  return spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout.split('\0').slice(0, -1);
}

test('a shell hands on exactly what was sent', { skip: process.platform === 'win32' }, () => {
  const body = `{"a":"it's $HOME \`id\` \\\\ \\" \n!"}`;
  const given = argumentsOf(curlOf(attempt(body, { 'webhook-id': "o'1", host: 'a.example' })));
  assert.deepEqual(given, [
    '-X',
    'POST',
    'https://a.example/x?y=1&z',
    '-H',
    "webhook-id: o'1",
    '--data-binary',
    body,
  ]);
});
