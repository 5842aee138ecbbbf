import { useState } from 'react';
import type { AlertChannel, AlertRule } from '../api/alert.ts';
import { api } from '../api/client.ts';
import { useAct, useList, useMay, useRows } from '../api/queries.ts';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { channelName, kindWords } from '../words/alerts.ts';
import { RuleForm } from './alert-rule-form.tsx';
import { AlertTabs } from './alert-tabs.tsx';

/** Who is told of what, and which event follows. */
export function AlertRules() {
  const may = useMay('manage');
  const found = useList<AlertRule>('/v1/alert-rules');
  const channels = useRows<AlertChannel>('/v1/alert-channels?limit=250');
  const [opened, setOpened] = useState<AlertRule | 'new' | null>(null);
  const [leaving, setLeaving] = useState<AlertRule | null>(null);
  const create = may ? (
    <Button look="main" onClick={() => setOpened('new')}>
      Create rule
    </Button>
  ) : null;
  return (
    <Page title="Alerts" acts={create}>
      <AlertTabs at="/alerts/rules" />
      <List
        what="rules"
        found={found}
        columns={columns(channels, may ? { edit: setOpened, remove: setLeaving } : null)}
        rowKey={(row) => row.id}
        empty={{ title: 'No rules', text: 'A rule says who is told of what.', act: create }}
      />
      {opened === null ? null : (
        <RuleForm rule={opened === 'new' ? null : opened} channels={channels} close={() => setOpened(null)} />
      )}
      {leaving === null ? null : <Leave rule={leaving} close={() => setLeaving(null)} />}
    </Page>
  );
}

function Leave({ rule, close }: { rule: AlertRule; close: () => void }) {
  const remove = useAct(() => api('DELETE', `/v1/alert-rules/${rule.id}`), {
    done: 'The rule is gone.',
    then: close,
  });
  return (
    <Ask
      title="Delete this rule?"
      act="Delete this rule"
      isOpen
      isBusy={remove.isPending}
      close={close}
      confirm={() => remove.mutate()}
    >
      Nobody is told by it any more. What happens is still an alert here.
    </Ask>
  );
}

interface Acts {
  edit: (rule: AlertRule) => void;
  remove: (rule: AlertRule) => void;
}

function columns(channels: AlertChannel[], acts: Acts | null): Column<AlertRule>[] {
  return [
    {
      title: 'Rule',
      cell: ({ name, kinds }) => (
        <span className="font-medium" title={name}>
          {name === '' ? kinds.map((kind) => kindWords(kind).title).join(', ') : name}
        </span>
      ),
    },
    {
      title: 'Tells of',
      isWideOnly: true,
      cell: ({ kinds }) => {
        const words = kinds.map((kind) => kindWords(kind).title).join(', ');
        return <span title={words}>{words}</span>;
      },
    },
    {
      title: 'By',
      isWideOnly: true,
      cell: ({ channels: ids, publish }) =>
        [
          ...ids.map((id) => channelName(channels, id)),
          ...(publish === null ? [] : [`event ${publish}`]),
        ].join(', '),
    },
    {
      title: 'State',
      isTight: true,
      cell: ({ enabled }) =>
        enabled ? <span className="text-good">● On</span> : <span className="text-wait">‖ Off</span>,
    },
    ...(acts === null
      ? []
      : [
          {
            title: 'Acts',
            isTight: true,
            cell: (rule: AlertRule) => (
              <span className="flex gap-1">
                <Button look="quiet" onClick={() => acts.edit(rule)}>
                  Edit
                </Button>
                {rule.id === 'default' ? null : (
                  <Button look="quiet" onClick={() => acts.remove(rule)}>
                    Delete
                  </Button>
                )}
              </span>
            ),
          },
        ]),
  ];
}
