import { useList } from '../api/queries.ts';
import type { AuditEntry } from '../api/types.ts';
import { LinkTo } from '../parts/link-to.tsx';
import { List } from '../parts/list.tsx';
import { Time } from '../parts/time.tsx';
import { isKnownId, pathOfId } from '../shell/ids.ts';

/** What it was done to: a page where there is one, or the address that the API has for it. */
function Target({ address }: { address: string }) {
  const id = address.split('/').find(isKnownId);
  return (
    <span className="font-mono text-xs">
      {id === undefined ? address : <LinkTo href={pathOfId(id)}>{id}</LinkTo>}
    </span>
  );
}

/** What people did here, the latest first. */
export function Audit() {
  const found = useList<AuditEntry>('/v1/audit');
  return (
    <List
      what="entries"
      found={found}
      rowKey={({ at, act, target }) => `${at} ${act} ${target}`}
      columns={[
        { title: 'When', isTight: true, cell: ({ at }) => <Time at={at} /> },
        { title: 'Who', cell: ({ actor }) => actor },
        { title: 'What', cell: ({ act }) => act },
        {
          title: 'On',
          isWideOnly: true,
          cell: ({ target }) => <Target address={target} />,
        },
        { title: 'Account', isWideOnly: true, cell: ({ account }) => account ?? '–' },
      ]}
      empty={{
        title: 'Nothing yet',
        text: 'Everything that people change here, and every secret that they look at, is noted.',
      }}
    />
  );
}
