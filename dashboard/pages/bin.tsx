import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Bin, Caught } from '../api/bin.ts';
import { api } from '../api/client.ts';
import { useAct, useList, useMay, useThing } from '../api/queries.ts';
import { Button, CopyButton } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Ask } from '../parts/dialog.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Opening } from '../parts/opening.tsx';
import { Facts, Id, Panel, Section } from '../parts/page.tsx';
import { Distance, Time } from '../parts/time.tsx';
import { behaviourWords, requestWords } from '../words/bins.ts';
import { BinForm } from './bin-form.tsx';
import { useCaughtLive } from './bin-live.ts';
import { CaughtRequest } from './bin-request.tsx';

const route = getRouteApi('/bins/$id');

export function BinPanel() {
  const { id } = useParams({ from: '/bins/$id' });
  const found = useThing<Bin>('/v1/bins', id);
  const bin = found.data;
  if (bin === undefined) return <Opening what="bin" id={id} found={found} />;
  return <Details key={id} bin={bin} />;
}

/** Where to send to, how it answers, and what came. */
function Details({ bin }: { bin: Bin }) {
  const { id, url, name, scheme, secrets, createdAt } = bin;
  return (
    <Panel back="/bins" title={name === '' ? 'Bin' : name}>
      <Acts bin={bin} />
      <Section title="Send to">
        <Copyable text={url} what="the address" />
        <p className="text-sm text-muted">By any method, and to everything below it.</p>
      </Section>
      <Facts
        facts={[
          ['Answers', behaviourWords(bin)],
          [
            'Verifies',
            scheme === null
              ? 'nothing: give it a scheme and a secret, and it explains each signature'
              : `${typeof scheme === 'string' ? scheme : 'a scheme of its own'}, with ${secrets.length === 1 ? 'one secret' : `${secrets.length} secrets`}`,
          ],
          ['Id', <Id key="id">{id}</Id>],
          ['Created', <Time key="created" at={createdAt} />],
        ]}
      />
      <Requests bin={bin} />
    </Panel>
  );
}

function Acts({ bin }: { bin: Bin }) {
  const may = useMay('manage');
  const navigate = useNavigate();
  const [opened, setOpened] = useState<'edit' | 'delete' | null>(null);
  const close = (): void => setOpened(null);
  const remove = useAct(() => api('DELETE', `/v1/bins/${bin.id}`), {
    done: 'The bin is deleted.',
    then: () => void navigate({ to: '/bins' }),
  });
  if (!may) return null;
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => setOpened('edit')}>Change how it behaves</Button>
      <Button look="bad" onClick={() => setOpened('delete')}>
        Delete
      </Button>
      {opened === 'edit' ? <BinForm bin={bin} close={close} saved={close} /> : null}
      <Ask
        title="Delete this bin?"
        act="Delete this bin"
        isOpen={opened === 'delete'}
        isBusy={remove.isPending}
        close={close}
        confirm={() => remove.mutate()}
      >
        What it caught goes with it, and what is sent to its address finds nothing. This cannot be taken back.
      </Ask>
    </div>
  );
}

function Requests({ bin }: { bin: Bin }) {
  const path = `/v1/bins/${bin.id}/requests`;
  const { request } = route.useSearch();
  const found = useList<Caught>(path);
  const isLive = useCaughtLive(bin.id);
  const chosen = found.rows.find(({ id }) => id === request) ?? found.rows[0];
  return (
    <Section
      title="What it caught"
      acts={
        <span aria-live="polite" className="text-xs text-muted">
          <span aria-hidden="true" className={isLive ? 'text-good' : 'text-muted'}>
            ●
          </span>{' '}
          {isLive ? 'live' : 'connecting …'}
        </span>
      }
    >
      <List
        what="requests"
        found={found}
        columns={columns(bin.id)}
        rowKey={(row) => row.id}
        selected={chosen?.id}
        empty={{
          title: 'Nothing came yet',
          text: 'Send something to its address: it shows here as it comes.',
          act: <CopyButton text={curlTo(bin)} what="the curl command" label="Copy a curl command" />,
        }}
      />
      {chosen === undefined ? null : <CaughtRequest key={chosen.id} caught={chosen} />}
    </Section>
  );
}

function curlTo({ url }: Bin): string {
  return `curl -X POST '${url}' -H 'content-type: application/json' --data-binary '{"hello":"bin"}'`;
}

function columns(bin: string): Column<Caught>[] {
  return [
    {
      title: 'Came',
      isTight: true,
      cell: ({ id, at }) => (
        <Link to="/bins/$id" params={{ id: bin }} search={{ request: id }}>
          <Time at={at} isShort />
        </Link>
      ),
    },
    {
      title: 'Signature',
      isTight: true,
      cell: ({ verification }) =>
        verification === null ? (
          '–'
        ) : verification.valid ? (
          <span className="text-good">✓ Holds</span>
        ) : (
          <span className="text-bad">✕ Does not hold</span>
        ),
    },
    { title: 'Request', isRoomyOnly: true, cell: ({ method, url }) => requestWords(method, url) },
    {
      title: 'Bytes',
      isTight: true,
      isRoomyOnly: true,
      isNumber: true,
      cell: ({ bodyBytes }) => bodyBytes.toLocaleString(),
    },
    { title: 'Answered', isTight: true, isNumber: true, cell: ({ status }) => status ?? 'hung up' },
    { title: 'Ago', isTight: true, isWideOnly: true, cell: ({ at }) => <Distance at={at} /> },
  ];
}
