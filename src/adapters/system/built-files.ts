import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file of a folder that a build made, by its path in it (`/assets/main-1a2b.js`); none when there is no such folder. */
export function readBuiltFiles(folder: string): Map<string, Uint8Array> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return new Map();
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    names.map((name) => [
      name.slice(folder.length).replaceAll('\\', '/').replace(/^\/*/, '/'),
      readFileSync(name),
    ]),
  );
}
