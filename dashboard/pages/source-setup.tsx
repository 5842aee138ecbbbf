import type { Scheme, Source } from '../api/types.ts';
import { Copyable } from '../parts/copyable.tsx';
import { Section } from '../parts/page.tsx';
import { fieldNames } from '../words/fields.ts';
import { setupSteps } from '../words/providers.ts';

/** The address for the provider, and step by step where to click there and what to bring back. */
export function SourceSetup({ source, scheme }: { source: Source; scheme: Scheme | undefined }) {
  const { url, missing } = source;
  const [open, address, secret] = setupSteps(scheme?.name ?? '');
  const isReady = missing.length === 0;
  return (
    <Section title="The address for the provider">
      <Copyable text={url} what="the address" />
      <details className="rounded-md border border-line p-3 text-sm" open={!isReady}>
        <summary className="font-medium">Set it up{scheme === undefined ? '' : `: ${scheme.title}`}</summary>
        <ol className="mt-2 flex list-decimal flex-col gap-1 pl-5">
          <li>
            Open: <span className="font-medium">{open}</span>.
          </li>
          <li>
            Paste the address above: <span className="font-medium">{address}</span>.
          </li>
          <li>
            Bring back: <span className="font-medium">{secret}</span>.{' '}
            {isReady ? (
              <span className="text-good">✓ All is here.</span>
            ) : (
              <span className="text-warn">▲ Still needed: {fieldNames(missing)}.</span>
            )}
          </li>
          <li>Let the provider send a test: it shows below within seconds, believed or not and why.</li>
        </ol>
      </details>
      {scheme?.note == null ? null : <p className="text-sm text-muted">{scheme.note}</p>}
    </Section>
  );
}
