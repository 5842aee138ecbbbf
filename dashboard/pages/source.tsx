import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useList, useMay, useOne, useRows, useThing } from '../api/queries.ts';
import type { Scheme, Source, SourceRequest, SourceRequestDetail } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Code, HeaderPairs } from '../parts/code.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Select } from '../parts/field.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Opening } from '../parts/opening.tsx';
import { Facts, Id, Panel, Section } from '../parts/page.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { fieldNames } from '../words/fields.ts';
import { EditSource } from './source-form.tsx';
import { SourceQueue } from './source-queue.tsx';
import { SourceReceivers } from './source-receivers.tsx';
import { SourceSetup } from './source-setup.tsx';
import { SourceTracking } from './source-tracking.tsx';

const route = getRouteApi('/sources/$id');
const everyMs = 2000;

export function SourcePanel() {
  const { id } = useParams({ from: '/sources/$id' });
  const found = useThing<Source>('/v1/sources', id, { everyMs });
  const source = found.data;
  if (source === undefined) return <Opening what="source" id={id} found={found} />;
  return <Details key={id} source={source} />;
}

/** How to set the provider up, and what came. */
function Details({ source }: { source: Source }) {
  const schemes = useRows<Scheme>('/v1/schemes');
  const scheme = schemes.find(({ name }) => name === source.scheme);
  const { id, name, missing, createdAt } = source;
  return (
    <Panel back="/sources" title={name}>
      {missing.length === 0 ? null : (
        <p className="rounded-md border border-warn p-3 text-sm">
          It still needs: {fieldNames(missing)}. Until then nothing is believed; what comes is kept and can be
          judged again.
        </p>
      )}
      <Acts source={source} />
      {source.consume === null ? (
        <SourceSetup source={source} scheme={scheme} />
      ) : (
        <SourceQueue consume={source.consume} consumption={source.consumption} />
      )}
      <Facts
        facts={[
          ['Provider', scheme?.title ?? 'a scheme of its own'],
          ...(scheme?.deadline == null
            ? []
            : [['Wants an answer within', scheme.deadline] as [string, string]]),
          ['Id', <Id key="id">{id}</Id>],
          ['Created', <Time key="created" at={createdAt} />],
        ]}
      />
      <SourceReceivers source={source} />
      <SourceTracking source={source} />
      <Requests source={source} />
    </Panel>
  );
}

function Acts({ source }: { source: Source }) {
  const navigate = useNavigate();
  const may = useMay('manage');
  const [opened, setOpened] = useState<'edit' | 'delete' | null>(null);
  const remove = useAct(() => api('DELETE', `/v1/sources/${source.id}`), {
    done: 'The source is deleted.',
    then: () => void navigate({ to: '/sources' }),
  });
  if (!may) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {typeof source.scheme === 'string' ? (
        <Button look={source.missing.length > 0 ? 'main' : 'plain'} onClick={() => setOpened('edit')}>
          {editWords(source)}
        </Button>
      ) : null}
      <Button look="bad" onClick={() => setOpened('delete')}>
        Delete
      </Button>
      {opened === 'edit' ? <EditSource source={source} close={() => setOpened(null)} /> : null}
      <Ask
        title="Delete this source?"
        act="Delete this source"
        isOpen={opened === 'delete'}
        isBusy={remove.isPending}
        close={() => setOpened(null)}
        confirm={() => remove.mutate()}
      >
        Its address is unknown from then on, and what the provider sends there is refused. Its events stay.
        This cannot be taken back.
      </Ask>
    </div>
  );
}

function editWords({ missing, consume }: Source): string {
  if (missing.length > 0) return 'Give it what it needs';
  return consume === null ? 'Change secret or fields' : 'Change queue or secret';
}

function Requests({ source }: { source: Source }) {
  const { verdict, request } = route.useSearch();
  const navigate = useNavigate();
  const found = useList<SourceRequest>(`/v1/sources/${source.id}/requests`, { verdict }, { everyMs });
  const set = (changes: { verdict?: string | undefined; request?: string | undefined }): void =>
    void navigate({
      to: '/sources/$id',
      params: { id: source.id },
      search: (before) => ({ ...before, ...changes }),
    });
  const columns: Column<SourceRequest>[] = [
    {
      title: 'Came',
      isTight: true,
      cell: ({ id, at, eventId, verdict: is }) =>
        is === 'accepted' && eventId !== null ? (
          <Link to="/events/$id" params={{ id: eventId }}>
            <Time at={at} isShort />
          </Link>
        ) : (
          <Link
            to="/sources/$id"
            params={{ id: source.id }}
            search={(before) => ({ ...before, request: id })}
          >
            <Time at={at} isShort />
          </Link>
        ),
    },
    { title: 'Verdict', isTight: true, cell: (row) => <Status is={row.verdict} /> },
    { title: 'Why', cell: ({ detail, reason }) => detail ?? reason ?? '' },
    { title: 'Answered', isTight: true, isRoomyOnly: true, isNumber: true, cell: ({ status }) => status },
  ];
  return (
    <Section title="What came">
      <div className="w-48">
        <Select
          label="Verdict"
          value={verdict ?? ''}
          change={(value) => set({ verdict: value || undefined })}
        >
          <option value="">All</option>
          <option value="accepted">Taken in</option>
          <option value="duplicate">Came before</option>
          <option value="rejected">Rejected</option>
          <option value="handshake">Greeting</option>
        </Select>
      </div>
      <List
        what="requests"
        found={found}
        columns={columns}
        rowKey={(row) => `${row.id} ${row.verdict}`}
        filters={{ isFiltered: verdict !== undefined, clear: () => set({ verdict: undefined }) }}
        empty={{
          title: 'Nothing came yet',
          text:
            source.consume === null
              ? 'Give the address to the provider and let it send a test: it shows here within seconds, believed or not.'
              : 'What is put into the queue shows here within seconds, believed or not.',
        }}
      />
      {request === undefined ? null : <Kept id={request} />}
    </Section>
  );
}

/** A request that was not taken in: why, as it came, and another judgement. */
function Kept({ id }: { id: string }) {
  const may = useMay('manage');
  const path = `/v1/source-requests/${encodeURIComponent(id)}`;
  const found = useOne<SourceRequestDetail>(path);
  const judge = useAct(() => api<{ verdict: string; detail: string | null }>('POST', `${path}/verify`), {
    done: ({ verdict, detail }) =>
      verdict === 'accepted' ? 'Believed now: it is an event.' : `Still not: ${detail ?? verdict}`,
  });
  if (found.isError) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (found.data === undefined) return <Loading what="the request" />;
  const { verdict, detail, method, url, headers, body, at, eventId } = found.data;
  return (
    <section aria-label="Request" className="flex flex-col gap-3 rounded-md border border-line p-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span>
          <Status is={verdict} /> <Time at={at} />
        </span>
        {verdict === 'rejected' && may ? (
          <Button disabled={judge.isPending} onClick={() => judge.mutate()}>
            Verify again
          </Button>
        ) : null}
      </div>
      {detail === null ? null : <p className="text-sm">{detail}</p>}
      <p className="font-mono text-xs break-all">
        {method} {url}
      </p>
      <HeaderPairs pairs={headers} what="Headers as they came" />
      {verdict === 'accepted' && eventId !== null ? (
        <p className="text-sm">
          <Link to="/events/$id" params={{ id: eventId }}>
            Look at the event that it is now
          </Link>
        </p>
      ) : body === null ? (
        <p className="text-sm text-muted">Its body was not kept.</p>
      ) : (
        <Code text={body} what="body" />
      )}
    </section>
  );
}
