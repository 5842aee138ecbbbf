import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Bin } from '../api/bin.ts';
import { useList, useMay } from '../api/queries.ts';
import { Button } from '../parts/button.tsx';
import { type Column, List, rowLinkClass } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { behaviourWords } from '../words/bins.ts';
import { BinForm } from './bin-form.tsx';

const everyMs = 5000;

const columns: Column<Bin>[] = [
  {
    title: 'Bin',
    cell: ({ id, name }) => (
      <Link to="/bins/$id" params={{ id }} className={rowLinkClass}>
        {name === '' ? id : name}
      </Link>
    ),
  },
  { title: 'Caught', isTight: true, isNumber: true, cell: ({ caught }) => caught.toLocaleString() },
  { title: 'Answers', isWideOnly: true, cell: behaviourWords },
  {
    title: 'Verifies as',
    isTight: true,
    isWideOnly: true,
    cell: ({ scheme }) => (scheme === null ? '–' : typeof scheme === 'string' ? scheme : 'its own scheme'),
  },
  {
    title: 'Created',
    isTight: true,
    isWideOnly: true,
    cell: ({ createdAt }) => <Time at={createdAt} isShort />,
  },
];

/** Catchers of requests, for looking at what is sent. */
export function Bins() {
  const navigate = useNavigate();
  const may = useMay('manage');
  const { id } = useParams({ strict: false });
  const [isMaking, setMaking] = useState(false);
  const found = useList<Bin>('/v1/bins', {}, { everyMs });
  const create = may ? (
    <Button look="main" onClick={() => setMaking(true)}>
      Create bin
    </Button>
  ) : null;
  return (
    <Page title="Bins" acts={create}>
      <List
        what="bins"
        found={found}
        columns={columns}
        rowKey={(row) => row.id}
        selected={id}
        empty={{
          title: 'No bins yet',
          text: 'A bin catches whatever is sent to its address, shows it as it came, says why a signature does not hold, and answers as you tell it.',
          act: create,
        }}
      />
      {isMaking ? (
        <BinForm
          bin={null}
          close={() => setMaking(false)}
          saved={(bin) => {
            setMaking(false);
            void navigate({ to: '/bins/$id', params: { id: bin } });
          }}
        />
      ) : null}
    </Page>
  );
}
