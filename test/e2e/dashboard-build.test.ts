import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

interface Chunk {
  file: string;
  imports?: string[];
  dynamicImports?: string[];
  css?: string[];
  isEntry?: boolean;
}

const built = fileURLToPath(new URL('../../dist/dashboard', import.meta.url));
/** What the first page needs before it shows what it is for. */
const firstPage = 'pages/overview.tsx';
const budgetBytes = 180 * 1024;

function read(path: string): string {
  return readFileSync(join(built, path), 'utf8');
}

describe('the built dashboard', () => {
  test('the first load is at most 180 KB packed, the first page with what it is made of included', () => {
    const manifest = JSON.parse(read('manifest.json')) as Record<string, Chunk>;
    const files = new Set<string>(['index.html', 'theme.js', 'favicon.svg']);
    const take = (name: string): void => {
      const chunk = manifest[name];
      if (chunk === undefined || files.has(chunk.file)) return;
      files.add(chunk.file);
      for (const css of chunk.css ?? []) files.add(css);
      for (const other of chunk.imports ?? []) take(other);
    };
    take('index.html');
    take(firstPage);
    // What it fetches by itself once it is there.
    for (const later of manifest[firstPage]?.dynamicImports ?? []) take(later);
    const sizes = [...files].map((file) => [file, gzipSync(readFileSync(join(built, file))).length] as const);
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    assert.ok(
      total <= budgetBytes,
      `${total} bytes: ${sizes.map(([file, size]) => `${file} ${size}`).join(', ')}`,
    );
  });

  test('every asset is named by its content, and no map of the sources goes with them', () => {
    const assets = readdirSync(join(built, 'assets'));
    assert.ok(assets.length >= 2);
    for (const name of assets) assert.match(name, /-[\w-]{8}\.(js|css)$/);
  });

  test('the shell has no script and no style of its own, and names no other origin', () => {
    const shell = read('index.html');
    assert.doesNotMatch(shell, /<style|style=|<script(?![^>]*\bsrc=)[^>]*>|https?:/);
  });
});
