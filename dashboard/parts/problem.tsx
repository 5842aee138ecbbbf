/** What the API refused, and where. */
export function Problem({ error }: { error: Error | null }) {
  if (error === null) return null;
  return (
    <p role="alert" className="rounded-md border border-bad p-3 text-sm text-bad">
      {error.message}
    </p>
  );
}
