import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { renderSchemes } from './document.ts';

test('docs/using/schemes.md says what the table of presets says', () => {
  const page = readFileSync(new URL('../../../docs/using/schemes.md', import.meta.url), 'utf8');
  assert.ok(
    page.includes(`npm run docs -->\n\n${renderSchemes()}\n\n<!-- end`),
    'write it anew: npm run docs',
  );
});
