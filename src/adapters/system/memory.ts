import { setFlagsFromString } from 'node:v8';
import { memoryKeepMs } from '../../core/limits/process.ts';

/** Has memory kept over a lull, unless somebody chose otherwise when the process was started. */
export function keepMemory(): void {
  const chosen = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  // Nodes before 26 have no such flag, and say so aloud.
  if (/memory[-_]reducer/.test(chosen) || Number.parseInt(process.versions.node, 10) < 26) return;
  setFlagsFromString(`--memory-reducer-delay-ms=${memoryKeepMs}`);
}
