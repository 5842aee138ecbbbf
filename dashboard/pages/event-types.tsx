import { Link, useParams } from '@tanstack/react-router';
import { useEndpoints } from '../api/endpoints.ts';
import { useList, useThing } from '../api/queries.ts';
import type { EventType } from '../api/types.ts';
import { Code } from '../parts/code.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Opening } from '../parts/opening.tsx';
import { Facts, Id, Page, Panel, Section } from '../parts/page.tsx';
import { counted } from '../words/counts.ts';
import { endpointName } from '../words/endpoints.ts';
import { wants } from '../words/event-types.ts';

const columns: Column<EventType>[] = [
  {
    title: 'Event type',
    cell: ({ name }) => (
      <Link
        to="/event-types/$id"
        params={{ id: name }}
        className="font-mono text-xs text-text no-underline hover:underline"
      >
        {name}
      </Link>
    ),
  },
  { title: 'State', isTight: true, cell: ({ deprecated }) => (deprecated ? 'deprecated' : 'in use') },
  { title: 'What it tells', cell: ({ description }) => description },
  {
    title: 'Schema',
    isTight: true,
    isWideOnly: true,
    cell: ({ schema, enforced }) => (schema === null ? '–' : enforced ? 'enforced' : 'described'),
  },
];

/** The catalogue: what can happen, what it looks like, who wants to know. */
export function EventTypes() {
  const { id } = useParams({ strict: false });
  const found = useList<EventType>('/v1/event-types', { limit: 250 });
  return (
    <Page title="Event types">
      <List
        what="event types"
        found={found}
        columns={columns}
        rowKey={(row) => row.name}
        selected={id}
        empty={{
          title: 'No event types',
          text: 'Types need not be declared to be published. Declaring one gives it words, examples and a schema.',
          act: <a href="/docs">Read how to declare one</a>,
        }}
      />
    </Page>
  );
}

export function EventTypePanel() {
  const { id } = useParams({ from: '/event-types/$id' });
  const found = useThing<EventType>('/v1/event-types', id);
  const endpoints = useEndpoints();
  if (found.data === undefined) return <Opening what="event type" id={id} found={found} />;
  const { name, description, schema, enforced, examples, deprecated } = found.data;
  const wanting = endpoints.all.filter(({ events }) => wants(events, name));
  return (
    <Panel back="/event-types" title={name}>
      {deprecated ? (
        <p className="rounded-md border border-warn p-3 text-sm">
          It is deprecated: nothing new should be built on it.{' '}
          {wanting.length === 0
            ? 'No endpoint wants it any more.'
            : `${counted(wanting.length, 'still wants', 'still want')} it.`}
        </p>
      ) : null}
      <Facts
        facts={[
          ['What it tells', description === '' ? '–' : description],
          ['State', deprecated ? 'deprecated' : 'in use'],
          [
            'Schema',
            schema === null ? 'none' : enforced ? 'enforced: what does not fit is refused' : 'described only',
          ],
        ]}
      />
      <Section title={`Who is subscribed (${wanting.length})`}>
        {wanting.length === 0 ? <p className="text-sm text-muted">No endpoint wants it.</p> : null}
        <ul className="flex flex-col gap-1">
          {wanting.map((endpoint) => (
            <li key={endpoint.id}>
              <Link to="/endpoints/$id" params={{ id: endpoint.id }}>
                <Id>{endpointName(endpoint)}</Id>
              </Link>
            </li>
          ))}
        </ul>
      </Section>
      {examples.map((example, at) => (
        <Section
          key={JSON.stringify(example)}
          title={examples.length === 1 ? 'Example' : `Example ${at + 1}`}
        >
          <Code text={JSON.stringify(example)} what="example" />
        </Section>
      ))}
      {schema === null ? null : (
        <Section title="Schema">
          <Code text={JSON.stringify(schema)} what="schema" />
        </Section>
      )}
    </Panel>
  );
}
