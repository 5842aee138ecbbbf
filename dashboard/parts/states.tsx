import type { ReactNode } from 'react';
import { ApiError } from '../api/client.ts';
import { Button } from './button.tsx';

const rowsWhileLoading = 6;

/** While nothing is known yet. */
export function Loading({ what }: { what: string }) {
  return (
    <div role="status" className="p-4">
      <span className="sr-only">Loading {what} …</span>
      <div aria-hidden="true" className="flex flex-col gap-3">
        {Array.from({ length: rowsWhileLoading }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move.
          <div key={row} className="h-5 rounded bg-raised" />
        ))}
      </div>
    </div>
  );
}

/** Nothing is there: what would be, and the one act that brings it. */
export function Empty({ title, children, act }: { title: string; children: ReactNode; act?: ReactNode }) {
  return (
    <div className="px-4 py-12 text-center">
      <p className="text-lg font-semibold">{title}</p>
      <p className="mx-auto mt-1 max-w-md text-muted">{children}</p>
      {act === undefined ? null : <div className="mt-4 flex justify-center">{act}</div>}
    </div>
  );
}

export function NoMatch({ what, clear }: { what: string; clear: () => void }) {
  return (
    <Empty title={`No ${what} match`} act={<Button onClick={clear}>Clear filters</Button>}>
      There are others: these filters leave none of them.
    </Empty>
  );
}

interface FailedProps {
  error: Error;
  retry: () => void;
  /** Where filters were asked by: what the server refuses to read stays refused until they are cleared. */
  clear?: (() => void) | undefined;
}

export function Failed({ error, retry, clear }: FailedProps) {
  const isRefused = clear !== undefined && error instanceof ApiError && error.status === 422;
  const act = isRefused ? (
    <Button onClick={clear}>Clear filters</Button>
  ) : (
    <Button onClick={retry}>Try again</Button>
  );
  return (
    <div role="alert">
      <Empty title="This could not be loaded" act={act}>
        {error.message}
      </Empty>
    </div>
  );
}
