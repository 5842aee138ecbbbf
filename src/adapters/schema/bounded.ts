import { createContext, Script } from 'node:vm';
import * as limits from '../../core/limits/event-types.ts';

const context = createContext({ act: () => undefined as unknown });
const script = new Script('act()');

/** What `act` answers; null when it took longer than it may, twice, for the first time may have been the machine's fault. */
export function bounded<T>(act: () => T): { value: T } | null {
  return once(act) ?? once(act);
}

function once<T>(act: () => T): { value: T } | null {
  context.act = act;
  try {
    return { value: script.runInContext(context, { timeout: limits.schemaCheckMs }) as T };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  }
}
