import { DatabaseError } from 'pg';
import { StoreError, SurehookError } from '../../core/errors.ts';

// https://www.postgresql.org/docs/current/errcodes-appendix.html
/** The act's own: another node took over the work of the one that asks. */
const takenOver = 'SH001';
/** It arrived after its sender had given it up. */
const tooLate = 'SH002';
/** Classes that say nothing of the act: connection, resources, operator's intervention, system, transaction state. */
const away = new Set(['08', '25', '40', '53', '55', '57', '58', 'XX']);
/** Nothing was done, and doing it again can succeed: serialisation, deadlock. */
const again = new Set(['40001', '40P01']);

/** A failure of PostgreSQL as the flow knows it; null when it is a mistake in an act. */
export function storeErrorOf(error: unknown): StoreError | null {
  if (error instanceof StoreError) return error;
  if (error instanceof SurehookError) return null;
  if (!(error instanceof DatabaseError))
    return isMistake(error) ? null : new StoreError(`PostgreSQL: ${said(error)}`, false);
  const code = error.code ?? '';
  if (code === takenOver) return new StoreError(error.message, true);
  return code === tooLate || away.has(code.slice(0, 2))
    ? new StoreError(`PostgreSQL: ${error.message} (${code})`, false)
    : null;
}

/** The server has no connection left for us. */
export function isFull(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '53300';
}

export function isWorthAgain(error: unknown): boolean {
  return error instanceof DatabaseError && again.has(error.code ?? '');
}

/** After other errors than the server's own words on one statement, nobody knows what state a connection is in. */
export function breaksConnection(error: unknown): boolean {
  return (
    !(error instanceof SurehookError) && (!(error instanceof DatabaseError) || storeErrorOf(error) !== null)
  );
}

function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

/** Errors of a socket often say everything in their code. */
function said(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
