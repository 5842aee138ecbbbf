import { useList } from '../api/queries.ts';
import type { AuditEntry } from '../api/types.ts';
import { LinkTo } from '../parts/link-to.tsx';
import { List } from '../parts/list.tsx';
import { Time } from '../parts/time.tsx';
import { isKnownId, pathOfId } from '../shell/ids.ts';
import { aboutWords, actWords, isEnd, whichWords } from '../words/audit.ts';

/** What was done, and to what: with a way there, unless it is gone by that. */
function What({ entry }: { entry: AuditEntry }) {
  const { act, target } = entry;
  // Entries from before this was kept have the address that was asked for.
  const aboutId = entry.aboutId ?? target.split('/').find(isKnownId) ?? null;
  const about = aboutWords({ ...entry, aboutId });
  const isThere = aboutId !== null && isKnownId(aboutId) && !isEnd(act);
  return (
    <span className="break-words whitespace-normal" title={target}>
      {actWords(act, about !== null)} {isThere ? <LinkTo href={pathOfId(aboutId)}>{about}</LinkTo> : about}
      {whichWords(act)}
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
        {
          title: 'When',
          isTight: true,
          cell: ({ at, actor }) => (
            <>
              <Time at={at} />
              <span className="block max-w-36 truncate text-xs text-muted @lg:hidden">{actor}</span>
            </>
          ),
        },
        { title: 'Who', isRoomyOnly: true, cell: ({ actor }) => actor },
        { title: 'What', cell: (entry) => <What entry={entry} /> },
        { title: 'Account', isWideOnly: true, cell: ({ account }) => account ?? '–' },
      ]}
      empty={{
        title: 'Nothing yet',
        text: 'Everything that people change here, and every secret that they look at, is noted.',
      }}
    />
  );
}
