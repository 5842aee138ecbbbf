import { readFileSync, writeFileSync } from 'node:fs';
import { measured, renderScale } from '../bench/layouts.ts';
import { renderDocumentation } from '../src/config.ts';
import { renderSchemes } from '../src/core/sources/document.ts';
import { renderApiTypes } from './api-types.ts';

// The pages that are rendered from tables of the source: `npm run docs`. A test compares them.
writeFileSync(new URL('operating/configuration.md', import.meta.url), renderDocumentation());
writeFileSync(new URL('../sdk/api-types.ts', import.meta.url), renderApiTypes());
writeInto('using/schemes.md', renderSchemes());
writeInto('operating/scale.md', renderScale(measured));

/** Between the marks of a page that is otherwise written by hand. */
function writeInto(name: string, text: string): void {
  const file = new URL(name, import.meta.url);
  const marks = /(?<=<!-- written by npm run docs -->\n).*?(?=<!-- end -->)/s;
  const page = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    page.replace(marks, () => `\n${text}\n\n`),
  );
}
