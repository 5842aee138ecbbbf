import { useState } from 'react';
import { api, refusal, wrongAt } from '../api/client.ts';
import { useAct, useCurrent, useList } from '../api/queries.ts';
import type { ApiKey } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Ask, Dialog } from '../parts/dialog.tsx';
import { Check, TextField, Wrong } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { List } from '../parts/list.tsx';
import { Time } from '../parts/time.tsx';

const scopes = [
  ['publish', 'Publish: hand in events'],
  ['read', 'Read: look, without secrets'],
  ['manage', 'Manage: change and act, see secrets'],
  ['receive', 'Receive: fetch events from queues'],
] as const;

/** What programs sign in with. */
export function Keys() {
  const found = useList<ApiKey>('/v1/keys');
  const [isMaking, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  const revoke = useAct((id: string) => api('DELETE', `/v1/keys/${id}`), {
    done: 'Revoked: it opens nothing any more.',
    then: () => setLeaving(null),
  });
  const create = (
    <Button look="main" onClick={() => setMaking(true)}>
      Create API key
    </Button>
  );
  return (
    <div>
      <div className="flex justify-end px-4 pt-3">{create}</div>
      <List
        what="API keys"
        found={found}
        rowKey={(row) => row.id}
        columns={[
          { title: 'Name', cell: ({ name }) => name },
          {
            title: 'Begins with',
            isWideOnly: true,
            cell: ({ hint }) => <span className="font-mono text-xs">{hint}…</span>,
          },
          { title: 'Account', isWideOnly: true, cell: ({ account }) => account ?? 'all (admin)' },
          { title: 'May', cell: (key) => (key.account === null ? 'everything' : key.scopes.join(', ')) },
          {
            title: 'Since',
            isTight: true,
            isWideOnly: true,
            cell: ({ createdAt }) => <Time at={createdAt} />,
          },
          {
            title: 'Acts',
            isTight: true,
            cell: (key) => (
              <Button look="quiet" aria-label={`Revoke ${key.name}`} onClick={() => setLeaving(key)}>
                Revoke
              </Button>
            ),
          },
        ]}
        empty={{ title: 'No API keys', text: 'A program that publishes events needs one.', act: create }}
      />
      {isMaking ? <NewKey close={() => setMaking(false)} /> : null}
      <Ask
        title={`Revoke ${leaving?.name}?`}
        act="Revoke this key"
        isOpen={leaving !== null}
        isBusy={revoke.isPending}
        close={() => setLeaving(null)}
        confirm={() => leaving !== null && revoke.mutate(leaving.id)}
      >
        Programs that use it are refused from this moment on. This cannot be taken back.
      </Ask>
    </div>
  );
}

function NewKey({ close }: { close: () => void }) {
  const current = useCurrent();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>(['publish']);
  const create = useAct(
    () => {
      if (chosen.length === 0) throw refusal('/scopes', 'choose at least one');
      return api<ApiKey & { key: string }>('POST', '/v1/keys', { name, scopes: chosen });
    },
    { quiet: true },
  );
  const may = scopes.filter(([scope]) => current?.role === 'owner' || current?.scopes.includes(scope));
  if (create.data !== undefined)
    return (
      <Dialog title="The key, this once" isOpen close={close}>
        <p className="mb-3 text-muted">Copy it now: only its hash is kept, and nobody can show it again.</p>
        <Copyable text={create.data.key} what="the key" />
      </Dialog>
    );
  return (
    <Dialog title="Create an API key" isOpen close={close}>
      <Form act="Create API key" save={create}>
        <TextField label="What it is for" required placeholder="shop backend" value={name} change={setName} />
        <fieldset>
          <legend className="text-sm font-medium">What it may do</legend>
          {may.map(([scope, words]) => (
            <Check
              key={scope}
              label={words}
              checked={chosen.includes(scope)}
              change={(on) => setChosen(on ? [...chosen, scope] : chosen.filter((one) => one !== scope))}
            />
          ))}
          <Wrong>{wrongAt(create.error, '/scopes')}</Wrong>
        </fieldset>
      </Form>
    </Dialog>
  );
}
