import { Tabs } from '@base-ui/react/tabs';
import type { Attempt } from '../api/types.ts';
import { whyWords } from '../words/errors.ts';
import { visible } from '../words/text.ts';
import { Code, Headers } from './code.tsx';
import { Facts } from './page.tsx';
import { Status } from './status.tsx';
import { Time } from './time.tsx';
import { TimingsView } from './timings.tsx';

/** One attempt as it went over the wire. */
export function AttemptView({ attempt }: { attempt: Attempt }) {
  const { request, response } = attempt;
  const why = whyWords(attempt.error, attempt.httpStatus, attempt.detail);
  return (
    <div className="flex flex-col gap-3">
      <Facts
        facts={[
          ['Outcome', <Status key="outcome" is={attempt.outcome} />],
          ['Answer', attempt.httpStatus === null ? 'none' : String(attempt.httpStatus)],
          ['Took', `${attempt.durationMs.toLocaleString()} ms`],
          ['Began', <Time key="at" at={attempt.at} />],
          ...(why === null ? [] : [['Why', visible(why)] as [string, string]]),
        ]}
      />
      {attempt.timings === null ? null : <TimingsView attempt={attempt} />}
      <Tabs.Root defaultValue="request">
        <Tabs.List className="flex gap-1 border-b border-line">
          {['request', 'response'].map((name) => (
            <Tabs.Tab
              key={name}
              value={name}
              className="-mb-px min-h-8 border-b-2 border-transparent px-3 text-sm font-medium text-muted capitalize data-[active]:border-accent data-[active]:text-text"
            >
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="request" className="flex flex-col gap-2 pt-3">
          <p className="font-mono text-xs break-all">
            {request.url.startsWith('http') ? 'POST ' : ''}
            {visible(request.url)}
          </p>
          <Headers headers={request.headers} what="Request headers" />
          <Body part={request} what="request body" />
        </Tabs.Panel>
        <Tabs.Panel value="response" className="flex flex-col gap-2 pt-3">
          {attempt.httpStatus === null && attempt.outcome === 'failed' ? (
            <p className="text-sm text-muted">No answer came.</p>
          ) : null}
          <Headers headers={response.headers} what="Response headers" />
          <Body part={response} what="response body" />
        </Tabs.Panel>
      </Tabs.Root>
    </div>
  );
}

function Body({ part, what }: { part: Attempt['request'] | Attempt['response']; what: string }) {
  const bytes = wholeBytes(part.headers);
  return (
    <>
      <Code text={part.body} what={what} />
      {part.bodyTruncated ? (
        <p className="text-xs text-muted">
          There was more{bytes === null ? '' : `, ${bytes.toLocaleString()} bytes in all`}: the first 16 KiB
          are kept.
        </p>
      ) : null}
    </>
  );
}

/** How long a body was, as its headers have it; packed, it was another one. */
function wholeBytes(headers: Record<string, string>): number | null {
  const length = headers['content-length'] ?? '';
  return /^\d{1,15}$/.test(length) && headers['content-encoding'] === undefined ? Number(length) : null;
}
