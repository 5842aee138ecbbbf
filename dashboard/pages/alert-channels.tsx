import { useState } from 'react';
import type { AlertChannel } from '../api/alert.ts';
import { api } from '../api/client.ts';
import { useAct, useList, useMay } from '../api/queries.ts';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { channelWords } from '../words/alerts.ts';
import { ChannelForm } from './alert-channel-form.tsx';
import { AlertTabs } from './alert-tabs.tsx';

/** The ways to people. */
export function AlertChannels() {
  const may = useMay('manage');
  const found = useList<AlertChannel>('/v1/alert-channels');
  const [opened, setOpened] = useState<AlertChannel | 'new' | null>(null);
  const [leaving, setLeaving] = useState<AlertChannel | null>(null);
  const create = may ? (
    <Button look="main" onClick={() => setOpened('new')}>
      Create channel
    </Button>
  ) : null;
  return (
    <Page title="Alerts" acts={create}>
      <AlertTabs at="/alerts/channels" />
      <List
        what="channels"
        found={found}
        columns={columns(may ? { edit: setOpened, remove: setLeaving } : null)}
        rowKey={(row) => row.id}
        empty={{ title: 'No channels', text: 'A channel is a way to people.', act: create }}
      />
      {opened === null ? null : (
        <ChannelForm channel={opened === 'new' ? null : opened} close={() => setOpened(null)} />
      )}
      {leaving === null ? null : <Leave channel={leaving} close={() => setLeaving(null)} />}
    </Page>
  );
}

function Leave({ channel, close }: { channel: AlertChannel; close: () => void }) {
  const remove = useAct(() => api('DELETE', `/v1/alert-channels/${channel.id}`), {
    done: 'The channel is gone.',
    then: close,
  });
  return (
    <Ask
      title="Delete this channel?"
      act="Delete this channel"
      isOpen
      isBusy={remove.isPending}
      close={close}
      confirm={() => remove.mutate()}
    >
      Nobody is told by {channelWords(channel)} any more. A rule that uses it has to let it go first.
    </Ask>
  );
}

interface Acts {
  edit: (channel: AlertChannel) => void;
  remove: (channel: AlertChannel) => void;
}

function columns(acts: Acts | null): Column<AlertChannel>[] {
  return [
    {
      title: 'Channel',
      cell: (channel) => <span className="font-medium">{channel.name || channelWords(channel)}</span>,
    },
    {
      title: 'Goes to',
      isWideOnly: true,
      cell: (channel) =>
        channel.id === 'default'
          ? 'mail to whoever the endpoint, the account or the installation names'
          : channelWords(channel),
    },
    ...(acts === null
      ? []
      : [
          {
            title: 'Acts',
            isTight: true,
            cell: (channel: AlertChannel) =>
              channel.id === 'default' ? (
                <span className="text-muted">came with the account</span>
              ) : (
                <span className="flex gap-1">
                  <Button look="quiet" onClick={() => acts.edit(channel)}>
                    Edit
                  </Button>
                  <Button look="quiet" onClick={() => acts.remove(channel)}>
                    Delete
                  </Button>
                </span>
              ),
          },
        ]),
  ];
}
