import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { carried, layouts, measured, renderScale, waitP99Ms } from '../bench/layouts.ts';

/** As docs/operating/scale.md counts with: a station may be 70 % busy. */
const busyShare = 0.7;

test('docs/operating/scale.md shows what the sum comes to', () => {
  const page = readFileSync(new URL('../docs/operating/scale.md', import.meta.url), 'utf8');
  assert.ok(
    page.includes(`npm run docs -->\n\n${renderScale(measured)}\n\n<!-- end`),
    'Write it anew: npm run docs',
  );
  const { nodeUs, nodeMainUs, databaseUs, logBytes } = measured;
  assert.ok(page.includes(`| a node | ${nodeUs} | ${nodeMainUs} of them`));
  assert.ok(page.includes(`| PostgreSQL | ${databaseUs} |`));
  assert.ok(page.includes(`| log of PostgreSQL | | ${logBytes / 1000} KB`));
});

test('the busiest station is the limit, whichever it is', () => {
  const layout = { name: '', shards: 1, nodes: 2, databaseCores: 4 };
  const costs = { nodeUs: 150, nodeMainUs: 100, databaseUs: 100, logBytes: 1000, fileMainUs: 80 };
  const rate = (changes: Partial<typeof costs>): string => {
    const { perSecond, by } = carried(layout, { ...costs, ...changes });
    return `${Math.round(perSecond)} by ${by}`;
  };
  assert.equal(rate({}), '14000 by node');
  assert.equal(rate({ databaseUs: 400 }), '7000 by database');
  assert.equal(rate({ logBytes: 100_000 }), '1400 by log');
});

test('shards carry less than their number says, for accounts are not alike', () => {
  const [one, four] = [1, 4, 64].map((shards) =>
    carried({ name: '', shards, nodes: 1, databaseCores: 4 }, measured),
  );
  const many = carried({ name: '', shards: 64, nodes: 1, databaseCores: 4 }, measured);
  assert.ok(four!.perSecond > 3.9 * one!.perSecond);
  assert.ok(many.perSecond < 10 * one!.perSecond, 'the largest account has a tenth of everything');
});

test('every layout holds in the simulation what the sum says, and 1.1 of what it could do at most it does not', () => {
  for (const layout of layouts) {
    const { perSecond } = carried(layout, measured);
    assert.ok(waitP99Ms(layout, measured, perSecond) < 10, layout.name);
    assert.ok(waitP99Ms(layout, measured, (perSecond / busyShare) * 1.1) > 20, layout.name);
  }
});
