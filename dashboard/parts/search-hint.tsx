/** What a search of payloads takes. */
export function SearchHint() {
  return (
    <p className="border-b border-line px-4 py-2 text-xs text-muted">
      Text is looked for in payloads as they were published.{' '}
      <code className="font-mono">data.order.id:123</code> finds those where the member at that path is just
      that; whole numbers are places in a list: <code className="font-mono">data.items.0.sku:A-1</code>.
    </p>
  );
}
