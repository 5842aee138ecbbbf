import { Tabs } from '@base-ui/react/tabs';
import type { Attempt } from '../api/types.ts';
import { errorWords } from '../words/errors.ts';
import { visible } from '../words/text.ts';
import { Code, Headers } from './code.tsx';
import { Facts } from './page.tsx';
import { Status } from './status.tsx';
import { Time } from './time.tsx';
import { TimingsView } from './timings.tsx';

/** One attempt as it went over the wire. */
export function AttemptView({ attempt }: { attempt: Attempt }) {
  const { request, response } = attempt;
  const words = errorWords(attempt.error, attempt.httpStatus);
  return (
    <div className="flex flex-col gap-3">
      <Facts
        facts={[
          ['Outcome', <Status key="outcome" is={attempt.outcome} />],
          ['Answer', attempt.httpStatus === null ? 'none' : String(attempt.httpStatus)],
          ['Took', `${attempt.durationMs.toLocaleString()} ms`],
          ['Began', <Time key="at" at={attempt.at} />],
          ...(words === null ? [] : [['Why', why(words.title, attempt.detail)] as [string, string]]),
        ]}
      />
      {attempt.timings === null ? null : <TimingsView timings={attempt.timings} />}
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
          <Code text={request.body} what="request body" />
          {request.bodyTruncated ? <Cut /> : null}
        </Tabs.Panel>
        <Tabs.Panel value="response" className="flex flex-col gap-2 pt-3">
          {attempt.httpStatus === null && attempt.outcome === 'failed' ? (
            <p className="text-sm text-muted">No answer came.</p>
          ) : null}
          <Headers headers={response.headers} what="Response headers" />
          <Code text={response.body} what="response body" />
          {response.bodyTruncated ? <Cut /> : null}
        </Tabs.Panel>
      </Tabs.Root>
    </div>
  );
}

function why(title: string, detail: string): string {
  return detail === '' ? title : `${title}: ${visible(detail)}`;
}

function Cut() {
  return <p className="text-xs text-muted">There was more; the first 16 KiB are kept.</p>;
}
