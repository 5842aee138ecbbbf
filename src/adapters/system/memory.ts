import { setFlagsFromString } from 'node:v8';
import { heapGrowthPercent, memoryKeepMs } from '../../core/limits/process.ts';

/**
 * When V8 looks through all of its memory, in percent of what it may still grow by: from the first on in the background, from the
 * second on at once. Left alone it begins whenever one burst of buffers reaches into the last 32 MB, which on PostgreSQL was more
 * than once a second: a third of what V8's own threads did, for nothing.
 */
const markingFromPercent = { background: 85, atOnce: 95 };

/**
 * Has memory kept over a lull and looked through when it is needed, and where the store is in this process as well, less garbage pile up;
 * unless somebody chose otherwise when the process was started.
 */
export function keepMemory(store: 'sqlite' | 'postgres'): void {
  // Not in NODE_OPTIONS: Node takes none of these there.
  const chosen = process.execArgv.join(' ');
  // Nodes before 26 do not have all of these flags, and say so aloud.
  if (Number.parseInt(process.versions.node, 10) < 26) return;
  if (!/memory[-_]reducer/.test(chosen)) setFlagsFromString(`--memory-reducer-delay-ms=${memoryKeepMs}`);
  if (store === 'sqlite' && !/heap[-_]growing/.test(chosen))
    setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`);
  if (/incremental[-_]marking/.test(chosen)) return;
  setFlagsFromString(`--incremental-marking-soft-trigger=${markingFromPercent.background}`);
  setFlagsFromString(`--incremental-marking-hard-trigger=${markingFromPercent.atOnce}`);
}
