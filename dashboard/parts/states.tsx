import type { ReactNode } from 'react';
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

export function Failed({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <div role="alert">
      <Empty title="This could not be loaded" act={<Button onClick={retry}>Try again</Button>}>
        {error.message}
      </Empty>
    </div>
  );
}
