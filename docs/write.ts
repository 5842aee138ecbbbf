import { readFileSync, writeFileSync } from 'node:fs';
import { renderDocumentation } from '../src/config.ts';
import { renderSchemes } from '../src/core/sources/document.ts';
import { renderApiTypes } from './api-types.ts';

// The pages that are rendered from tables of the source: `npm run docs`. A test compares them.
writeFileSync(new URL('operating/configuration.md', import.meta.url), renderDocumentation());
writeFileSync(new URL('../sdk/api-types.ts', import.meta.url), renderApiTypes());
const schemes = new URL('using/schemes.md', import.meta.url);
const page = readFileSync(schemes, 'utf8');
const marks = /(?<=<!-- written by npm run docs -->\n).*?(?=<!-- end -->)/s;
writeFileSync(
  schemes,
  page.replace(marks, () => `\n${renderSchemes()}\n\n`),
);
