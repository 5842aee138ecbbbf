import { useList } from '../api/queries.ts';
import type { AuditEntry } from '../api/types.ts';
import { List } from '../parts/list.tsx';
import { Time } from '../parts/time.tsx';

/** What people did here, for good. */
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
          cell: ({ target }) => <span className="font-mono text-xs">{target}</span>,
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
