import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useList } from '../api/queries.ts';
import type { Account } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/field.tsx';
import { List } from '../parts/list.tsx';
import { Time } from '../parts/time.tsx';

/** Whose endpoints there are. */
export function Accounts() {
  const found = useList<Account>('/v1/accounts');
  const [isMaking, setMaking] = useState(false);
  return (
    <div>
      <div className="flex justify-end px-4 pt-3">
        <Button look="main" onClick={() => setMaking(true)}>
          Create account
        </Button>
      </div>
      <List
        what="accounts"
        found={found}
        rowKey={(row) => row.id}
        columns={[
          {
            title: 'Name',
            cell: ({ id, name }) => (
              <Link to="/endpoints" search={{ account: id }}>
                {name}
              </Link>
            ),
          },
          { title: 'Id', cell: ({ id }) => <span className="font-mono text-xs">{id}</span> },
          {
            title: 'Endpoints at most',
            isWideOnly: true,
            isNumber: true,
            cell: ({ maxEndpoints }) => maxEndpoints,
          },
          {
            title: 'Since',
            isTight: true,
            isWideOnly: true,
            cell: ({ createdAt }) => <Time at={createdAt} />,
          },
        ]}
        empty={{
          title: 'No accounts',
          text: 'A merchant, a reseller, a team: whoever has endpoints of their own.',
        }}
      />
      {isMaking ? <NewAccount close={() => setMaking(false)} /> : null}
    </div>
  );
}

function NewAccount({ close }: { close: () => void }) {
  const [name, setName] = useState('');
  const [id, setId] = useState('');
  const create = useAct(() => api('POST', '/v1/accounts', { name, ...(id === '' ? {} : { id }) }), {
    done: 'The account is there.',
    then: close,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog title="Create an account" isOpen close={close}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField label="Name" required value={name} change={setName} />
        <TextField
          label="Id"
          placeholder="made for you"
          help="Your own id for it: letters, digits, . _ -"
          value={id}
          change={setId}
        />
        <div className="flex justify-end">
          <Button look="main" type="submit" disabled={create.isPending}>
            Create account
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
