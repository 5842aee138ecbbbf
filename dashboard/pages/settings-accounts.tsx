import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useList } from '../api/queries.ts';
import type { Account } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
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
    quiet: true,
  });
  return (
    <Dialog title="Create an account" isOpen close={close}>
      <Form act="Create account" save={create}>
        <TextField label="Name" required value={name} change={setName} />
        <TextField
          label="Id"
          placeholder="made for you"
          help="Your own id for it: letters, digits, . _ -"
          value={id}
          change={setId}
        />
      </Form>
    </Dialog>
  );
}
