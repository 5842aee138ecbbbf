import { writeFileSync } from 'node:fs';
import { renderDocumentation } from '../src/config.ts';

// The pages that are rendered from tables of the source: `npm run docs`. A test compares them.
writeFileSync(new URL('operating/configuration.md', import.meta.url), renderDocumentation());
