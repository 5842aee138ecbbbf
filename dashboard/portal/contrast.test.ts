import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { accentFor, contrastOf } from './contrast.ts';

const styles = readFileSync(new URL('../styles.css', import.meta.url), 'utf8');

/** A colour of the pages in both themes. */
function colour(name: string): { light: string; dark: string } {
  const [, light, dark] = new RegExp(`--color-${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(styles) ?? [];
  assert.ok(light !== undefined && dark !== undefined, name);
  return { light, dark };
}

describe('a brand’s colour', () => {
  test('can be read on every surface of both themes, on what it tints, and what stands on it', () => {
    const steps = ['00', '40', '80', 'c0', 'ff'];
    for (const red of steps)
      for (const green of steps)
        for (const blue of steps)
          for (const theme of ['light', 'dark'] as const) {
            const brand = `#${red}${green}${blue}`;
            const { accent, onAccent, tint } = accentFor(brand, theme);
            const grounds = ['page', 'surface', 'raised'].map((name) => colour(name)[theme]);
            for (const ground of [...grounds, tint])
              assert.ok(contrastOf(accent, ground) >= 4.5, `${brand} ${theme} ${accent} on ${ground}`);
            assert.ok(contrastOf(onAccent, accent) >= 4.5, `${brand} ${theme} on ${accent}`);
            assert.ok(contrastOf(colour('text')[theme], tint) >= 4.5, `${brand} ${theme} text on ${tint}`);
          }
  });

  test('stays as it is where it can be read', () => {
    assert.equal(accentFor('#0a5c3a', 'light').accent, '#0a5c3a');
    assert.equal(accentFor('#8fe0b8', 'dark').accent, '#8fe0b8');
  });
});
