import type { ReactNode } from 'react';
import type { Caught, Verification } from '../api/bin.ts';
import { Code, HeaderPairs } from '../parts/code.tsx';
import { Facts } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { stepWords } from '../words/bins.ts';
import { visible } from '../words/text.ts';

/** A request as it was caught, and step by step why its signature holds or does not. */
export function CaughtRequest({ caught }: { caught: Caught }) {
  const { method, url, at, headers, body, bodyBytes, verification } = caught;
  return (
    <section aria-label="Request" className="flex flex-col gap-3 rounded-md border border-line p-3">
      <div className="flex flex-wrap items-baseline justify-between gap-2 text-sm">
        <span className="font-mono text-xs break-all">
          {method} {visible(url)}
        </span>
        <Time at={at} />
      </div>
      {verification === null ? null : <Explained verification={verification} />}
      <HeaderPairs pairs={headers} what="Headers as they came" />
      {body === null ? (
        <p className="text-sm text-muted">
          Its body of {bodyBytes.toLocaleString()} bytes was too large to keep.
        </p>
      ) : (
        <Code text={body} what="body" />
      )}
    </section>
  );
}

function Explained({ verification }: { verification: Verification }) {
  const { valid, detail, steps, likely, expected, received, signed } = verification;
  return (
    <section aria-label="Signature" className="flex flex-col gap-3">
      <p className={`font-semibold ${valid ? 'text-good' : 'text-bad'}`}>
        {valid ? '✓ The signature holds' : '✕ The signature does not hold'}
        {detail === null ? '' : `: ${visible(detail)}`}
      </p>
      {likely.length === 0 ? null : (
        <ul className="flex flex-col gap-1 rounded-md bg-raised p-3 text-sm">
          {likely.map(({ cause, detail: why, isProven }) => (
            <li key={cause}>
              <span className="font-medium">{isProven ? 'That is it: ' : 'Perhaps: '}</span>
              {visible(why)}
            </li>
          ))}
        </ul>
      )}
      <ol className="flex flex-col gap-1 text-sm">
        {steps.map(({ step, ok, detail: what }) => (
          <li key={step} className="flex gap-2">
            <span
              aria-hidden="true"
              className={`w-4 shrink-0 text-center ${ok === null ? 'text-wait' : ok ? 'text-good' : 'text-bad'}`}
            >
              {ok === null ? '·' : ok ? '✓' : '✕'}
            </span>
            <span className="min-w-0 break-words">
              <span className="font-medium">{stepWords(step)}</span>
              <span className="sr-only">{ok === null ? '' : ok ? ' is right' : ' is wrong'}</span>:{' '}
              {visible(what)}
            </span>
          </li>
        ))}
      </ol>
      <Facts
        facts={[
          ['Expected', <Values key="expected" values={expected} />],
          ['Came', <Values key="received" values={received} />],
          ...(signed === null
            ? []
            : [
                [
                  'Signed',
                  <span key="signed" className="font-mono text-xs break-all whitespace-pre-wrap">
                    {visible(signed.text)}
                  </span>,
                ] as [string, ReactNode],
              ]),
        ]}
      />
    </section>
  );
}

function Values({ values }: { values: string[] }) {
  if (values.length === 0) return <span className="text-muted">nothing</span>;
  return <span className="font-mono text-xs break-all">{values.map(visible).join('\n')}</span>;
}
