import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AlertChannel, AlertDetail, AlertMessage } from '../api/alert.ts';
import { useRows, useThing } from '../api/queries.ts';
import { buttonClass } from '../parts/button.tsx';
import { Code } from '../parts/code.tsx';
import { LinkTo } from '../parts/link-to.tsx';
import { Opening } from '../parts/opening.tsx';
import { Facts, Id, Panel, Section } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { Summary } from '../parts/summary.tsx';
import { Distance, Time } from '../parts/time.tsx';
import { channelName, kindWords, mendOf, touchedWords } from '../words/alerts.ts';
import { visible } from '../words/text.ts';

const everyMs = 5000;

/** One alert: what it is about, what mends it, and who was told. */
export function AlertPanel() {
  const { id } = useParams({ from: '/alerts/$id' });
  const found = useThing<AlertDetail>('/v1/alerts', id, { everyMs });
  const alert = found.data;
  if (alert === undefined) return <Opening what="alert" id={id} found={found} />;
  const { kind, status, summary, count, raisedAt, lastAt, resolvedAt, detail } = alert;
  const mend = mendOf(alert);
  const touched = touchedWords(alert);
  return (
    <Panel
      back="/alerts"
      title={
        <>
          {kindWords(kind).title}{' '}
          <span className="ml-2 text-sm">
            <Status is={status} />
          </span>
        </>
      }
    >
      <p>
        <Summary text={summary} />
      </p>
      {mend === null ? null : (
        <div>
          <LinkTo href={mend.href} className={buttonClass(status === 'open' ? 'main' : 'plain')}>
            {mend.act}
          </LinkTo>
        </div>
      )}
      <Facts
        facts={[
          ['Since', <Time key="since" at={raisedAt} />],
          ...(count > 1 ? [['Last', <Time key="last" at={lastAt} />] as [string, ReactNode]] : []),
          ['Over', resolvedAt === null ? 'not yet' : <Time key="over" at={resolvedAt} />],
          ['About', touched ?? (count === 1 ? 'once' : `${count.toLocaleString()} times`)],
          ['Kind', <Id key="kind">{kind}</Id>],
          ['Id', <Id key="id">{alert.id}</Id>],
        ]}
      />
      <Section title="Who was told">
        <Messages messages={alert.messages} />
      </Section>
      <Section title="For programs">
        <Code text={JSON.stringify(detail)} what="detail" />
      </Section>
    </Panel>
  );
}

function Messages({ messages }: { messages: AlertMessage[] }) {
  const channels = useRows<AlertChannel>('/v1/alert-channels?limit=250');
  if (messages.length === 0)
    return (
      <p className="text-sm text-muted">
        Nobody: no rule tells of this kind, or its mail has nowhere to go.{' '}
        <Link to="/alerts/rules">Choose who is told</Link>
      </p>
    );
  return (
    <ul className="divide-y divide-line rounded-md border border-line">
      {messages.map((message) => (
        <li
          key={`${message.ruleId} ${message.channelId} ${message.phase}`}
          className="flex flex-col gap-0.5 px-3 py-2 text-sm"
        >
          <span className="flex flex-wrap items-baseline gap-x-4">
            <Status is={message.status} />
            <span>{channelName(channels, message.channelId)}</span>
            <span className="text-muted">
              {message.phase === 'raised' ? 'that it began' : 'that it is over'}
            </span>
            {message.sentAt === null ? null : <Time at={message.sentAt} />}
          </span>
          {message.error === null ? null : <span className="text-bad">{visible(message.error)}</span>}
          {message.nextTryAt === null ? null : (
            <span className="text-muted">
              Goes out <Distance at={message.nextTryAt} isAhead />, after {message.tries} tries.
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
