import { useState } from 'react';
import type { AlertChannel } from '../api/alert.ts';
import { api } from '../api/client.ts';
import { useEndpoints } from '../api/endpoints.ts';
import { useAct } from '../api/queries.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Select, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';

/** Null: a new channel. */
export function ChannelForm({ channel, close }: { channel: AlertChannel | null; close: () => void }) {
  const endpoints = useEndpoints().all;
  const [type, setType] = useState<AlertChannel['type']>(channel?.type ?? 'email');
  const [name, setName] = useState(channel?.name ?? '');
  const [where, setWhere] = useState(channel?.to ?? channel?.url ?? '');
  const [endpointId, setEndpointId] = useState(channel?.endpointId ?? '');
  const chosen = endpointId || (endpoints[0]?.id ?? '');
  const save = useAct(
    () => {
      const target = {
        email: { to: where.trim() === '' ? null : where.trim() },
        slack: { url: where.trim() },
        endpoint: { endpointId: chosen },
      }[type];
      const body = { name, type, ...target };
      return channel === null
        ? api('POST', '/v1/alert-channels', body)
        : api('PATCH', `/v1/alert-channels/${channel.id}`, body);
    },
    { done: 'The channel is ready for rules.', then: close, quiet: true },
  );
  return (
    <Dialog title={channel === null ? 'Create a channel' : 'Edit the channel'} isOpen close={close}>
      <Form act={channel === null ? 'Create channel' : 'Save channel'} save={save}>
        <TextField label="Name" placeholder="The night shift" value={name} change={setName} />
        <Select
          label="Way"
          value={type}
          change={(value) => {
            setType(value as AlertChannel['type']);
            setWhere('');
          }}
        >
          <option value="email">Mail</option>
          <option value="slack">Slack</option>
          <option value="endpoint">An endpoint, as an event</option>
        </Select>
        {type === 'email' ? (
          <TextField
            label="To"
            type="email"
            placeholder="ops@shop.example"
            help="Empty: whoever the endpoint, the account or the installation names. Mail needs SUREHOOK_SMTP_URL."
            value={where}
            change={setWhere}
          />
        ) : null}
        {type === 'slack' ? (
          <TextField
            label="URL of the incoming webhook"
            required
            placeholder="https://hooks.slack.com/services/…"
            value={where}
            change={setWhere}
          />
        ) : null}
        {type === 'endpoint' ? (
          <Select label="Endpoint" value={chosen} change={setEndpointId}>
            {endpoints.map(({ id, url }) => (
              <option key={id} value={id}>
                {url}
              </option>
            ))}
          </Select>
        ) : null}
      </Form>
    </Dialog>
  );
}
