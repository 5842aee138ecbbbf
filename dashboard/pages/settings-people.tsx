import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useCurrent, useList } from '../api/queries.ts';
import type { Person } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Ask, Dialog } from '../parts/dialog.tsx';
import { Select, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { List } from '../parts/list.tsx';
import { Time } from '../parts/time.tsx';

const roles = [
  ['owner', 'Owner: everything'],
  ['member', 'Member: everything but people and accounts'],
  ['viewer', 'Viewer: look, without secrets'],
] as const;

type Role = Person['role'];

/** Who may come in, and what as. */
export function People() {
  const me = useCurrent()?.person?.id;
  const found = useList<Person>('/v1/people');
  const [isAdding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Person | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const change = useAct(
    ({ id, role }: { id: string; role: Role }) => api('PATCH', `/v1/people/${id}`, { role }),
    {
      done: 'Changed; they have to sign in again.',
    },
  );
  const invite = useAct(
    (personId: string) => api<{ url: string }>('POST', '/v1/sign-in-links', { personId }),
    {
      then: ({ url }) => setLink(url),
    },
  );
  const remove = useAct((id: string) => api('DELETE', `/v1/people/${id}`), {
    done: 'Removed, and signed out everywhere.',
    then: () => setLeaving(null),
  });
  return (
    <div>
      <div className="flex justify-end px-4 pt-3">
        <Button look="main" onClick={() => setAdding(true)}>
          Add person
        </Button>
      </div>
      <List
        what="people"
        found={found}
        rowKey={(row) => row.id}
        columns={[
          {
            title: 'Name',
            cell: ({ id, name, email }) => (
              <span className="block break-words whitespace-normal">
                {id === me ? `${name} (you)` : name}
                <span className="block text-xs break-all text-muted @4xl:hidden">{email}</span>
              </span>
            ),
          },
          { title: 'E-mail address', isWideOnly: true, cell: ({ email }) => email ?? 'by links only' },
          {
            title: 'Role',
            isTight: true,
            cell: ({ id, name, role }) => (
              <select
                aria-label={`Role of ${name}`}
                className="min-h-6 rounded-md border border-strong bg-surface px-1 text-text"
                value={role}
                onChange={(event) => change.mutate({ id, role: event.target.value as Role })}
              >
                {roles.map(([value]) => (
                  <option key={value}>{value}</option>
                ))}
              </select>
            ),
          },
          {
            title: 'Since',
            isTight: true,
            isWideOnly: true,
            cell: ({ createdAt }) => <Time at={createdAt} />,
          },
          {
            title: 'Acts',
            isTight: true,
            cell: (person) => (
              <span className="flex flex-col gap-1 @lg:flex-row">
                <Button
                  look="quiet"
                  aria-label={`Sign-in link for ${person.name}`}
                  onClick={() => invite.mutate(person.id)}
                >
                  Sign-in link
                </Button>
                <Button look="quiet" aria-label={`Remove ${person.name}`} onClick={() => setLeaving(person)}>
                  Remove
                </Button>
              </span>
            ),
          },
        ]}
        empty={{ title: 'Nobody yet', text: 'People who may sign in would be here.' }}
      />
      {isAdding ? (
        <AddPerson
          close={() => setAdding(false)}
          added={(id) => {
            setAdding(false);
            invite.mutate(id);
          }}
        />
      ) : null}
      <Dialog title="A link to come in by" isOpen={link !== null} close={() => setLink(null)}>
        <p className="mb-3 text-muted">
          Hand it to that person yourself. It signs in once, within 30 minutes.
        </p>
        <Copyable text={link ?? ''} what="the link" />
      </Dialog>
      <Ask
        title={`Remove ${leaving?.name}?`}
        act="Remove this person"
        isOpen={leaving !== null}
        isBusy={remove.isPending}
        close={() => setLeaving(null)}
        confirm={() => leaving !== null && remove.mutate(leaving.id)}
      >
        They are signed out everywhere at once. API keys that they made stay valid: look through those, too.
      </Ask>
    </div>
  );
}

function AddPerson({ close, added }: { close: () => void; added: (id: string) => void }) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const add = useAct(
    () => api<Person>('POST', '/v1/people', { name, role, ...(email === '' ? {} : { email }) }),
    {
      then: ({ id }) => added(id),
      quiet: true,
    },
  );
  return (
    <Dialog title="Add a person" isOpen close={close}>
      <Form act="Add person" save={add}>
        <TextField label="Name" required value={name} change={setName} />
        <TextField
          label="E-mail address"
          type="email"
          value={email}
          change={setEmail}
          help="They set a password once they are in."
        />
        <Select label="Role" value={role} change={(value) => setRole(value as Role)}>
          {roles.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      </Form>
    </Dialog>
  );
}
