import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useList, useMay } from '../api/queries.ts';
import type { Source } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { type Column, List, rowLinkClass } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { fieldNames } from '../words/fields.ts';
import { NewSource } from './source-form.tsx';
import { Taking } from './source-queue.tsx';

const everyMs = 5000;

const columns: Column<Source>[] = [
  {
    title: 'Source',
    cell: ({ id, name }) => (
      <Link to="/sources/$id" params={{ id }} className={rowLinkClass}>
        {name}
      </Link>
    ),
  },
  {
    title: 'Provider',
    isRoomyOnly: true,
    cell: ({ scheme }) => (typeof scheme === 'string' ? scheme : 'a scheme of its own'),
  },
  {
    title: 'State',
    isTight: true,
    cell: ({ missing, consume, consumption }) =>
      missing.length > 0 ? (
        <span className="text-warn">▲ Needs {fieldNames(missing)}</span>
      ) : consume === null ? (
        <span className="text-good">✓ Ready</span>
      ) : (
        <Taking state={consumption?.state ?? 'connecting'} />
      ),
  },
  { title: 'Created', isWideOnly: true, isTight: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
];

/** Whose webhooks are taken in. */
export function Sources() {
  const navigate = useNavigate();
  const may = useMay('manage');
  const { id } = useParams({ strict: false });
  const [isMaking, setMaking] = useState(false);
  const found = useList<Source>('/v1/sources', {}, { everyMs });
  const create = may ? (
    <Button look="main" onClick={() => setMaking(true)}>
      Create source
    </Button>
  ) : null;
  return (
    <Page title="Sources" acts={create}>
      <List
        what="sources"
        found={found}
        columns={columns}
        rowKey={(row) => row.id}
        selected={id}
        empty={{
          title: 'No sources yet',
          text: 'A source is an address for one provider, or a queue: what comes there is checked, kept, and told to the endpoints that take it from there.',
          act: create,
        }}
      />
      {isMaking ? (
        <NewSource
          close={() => setMaking(false)}
          made={(source) => {
            setMaking(false);
            void navigate({ to: '/sources/$id', params: { id: source } });
          }}
        />
      ) : null}
    </Page>
  );
}
