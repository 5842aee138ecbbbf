import { useState } from 'react';
import type { AlertChannel, AlertRule } from '../api/alert.ts';
import { api, refusal, wrongAt } from '../api/client.ts';
import { useAct } from '../api/queries.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Check, TextField, Wrong } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { alertKinds, channelWords, kindWords } from '../words/alerts.ts';

interface Props {
  /** Null: a new one. */
  rule: AlertRule | null;
  channels: AlertChannel[];
  close: () => void;
}

const blank: Omit<AlertRule, 'id'> = {
  name: '',
  kinds: [],
  channels: ['default'],
  publish: null,
  enabled: true,
};

/** What people are told of, by which ways, and the event that follows. */
export function RuleForm({ rule, channels, close }: Props) {
  const [draft, setDraft] = useState<Omit<AlertRule, 'id'>>(rule ?? blank);
  const save = useAct(
    () => {
      const { name, kinds, channels: told, publish, enabled } = draft;
      if (kinds.length === 0) throw refusal('/kinds', 'choose at least one');
      const body = { name, kinds, channels: told, publish: publish?.trim() || null, enabled };
      return rule === null
        ? api('POST', '/v1/alert-rules', body)
        : api('PATCH', `/v1/alert-rules/${rule.id}`, body);
    },
    { done: 'The rule counts from now on.', then: close, quiet: true },
  );
  const toggled = (list: string[], one: string, on: boolean): string[] =>
    on ? [...list, one] : list.filter((other) => other !== one);
  return (
    <Dialog title={rule === null ? 'Create a rule' : 'Edit the rule'} isOpen close={close} isWide>
      <Form act={rule === null ? 'Create rule' : 'Save rule'} save={save}>
        <TextField
          label="Name"
          placeholder="Orders that need us"
          value={draft.name}
          change={(name) => setDraft({ ...draft, name })}
        />
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 text-sm font-medium">Told of</legend>
          <div className="grid gap-x-4 sm:grid-cols-2">
            {alertKinds.map((kind) => (
              <Check
                key={kind}
                label={<span title={kindWords(kind).when}>{kindWords(kind).title}</span>}
                checked={draft.kinds.includes(kind)}
                change={(on) => setDraft({ ...draft, kinds: toggled(draft.kinds, kind, on) })}
              />
            ))}
          </div>
          <Wrong>{wrongAt(save.error, '/kinds')}</Wrong>
        </fieldset>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 text-sm font-medium">By</legend>
          {channels.map((channel) => (
            <Check
              key={channel.id}
              label={
                <>
                  {channel.name || channelWords(channel)}{' '}
                  {channel.name === '' ? null : <span className="text-muted">{channelWords(channel)}</span>}
                </>
              }
              checked={draft.channels.includes(channel.id)}
              change={(on) => setDraft({ ...draft, channels: toggled(draft.channels, channel.id, on) })}
            />
          ))}
        </fieldset>
        <TextField
          label="Event that follows, if any"
          placeholder="refund.requested"
          help="Published for your own endpoints each time it happens."
          value={draft.publish ?? ''}
          change={(publish) => setDraft({ ...draft, publish })}
        />
        <Check
          label="The rule is on"
          checked={draft.enabled}
          change={(enabled) => setDraft({ ...draft, enabled })}
        />
      </Form>
    </Dialog>
  );
}
