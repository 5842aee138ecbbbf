import { ApiError } from '../api/client.ts';

/** What the API refused, and where. */
export function Problem({ error }: { error: Error | null }) {
  if (error === null) return null;
  const first = error instanceof ApiError ? error.pointers[0] : undefined;
  return (
    <p role="alert" className="rounded-md border border-bad p-3 text-sm text-bad">
      {first === undefined ? error.message : `${first.pointer.slice(1)}: ${first.detail}`}
    </p>
  );
}
