/** What a portal shows that is not open. */
export function PortalClosed() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-3 p-6">
      <h1 className="text-xl font-semibold">This page is closed</h1>
      <p>Its link was used already, is too old or was revoked. Open it anew from where you came.</p>
    </main>
  );
}
