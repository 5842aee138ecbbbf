import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useCurrent } from '../api/queries.ts';
import type { Person } from '../api/types.ts';
import { Select, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { setUtc, useUtc } from '../parts/time.tsx';
import { type Theme, useTheme } from '../shell/theme.ts';

/** Oneself: how one comes in, and how the dashboard looks. */
export function You() {
  const person = useCurrent()?.person ?? null;
  const utc = useUtc();
  const [theme, setTheme] = useTheme();
  return (
    <div className="flex max-w-md flex-col gap-8 p-4">
      {person === null ? (
        <p className="text-muted">
          You are signed in with an API key. People have an e-mail address and a password instead.
        </p>
      ) : (
        <Myself key={person.id} person={person} />
      )}
      <section className="flex flex-col gap-4">
        <h2 className="font-semibold">How it looks here</h2>
        <Select label="Theme" value={theme} change={(value) => setTheme(value as Theme)}>
          <option value="system">As the system</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </Select>
        <Select label="Times" value={utc ? 'utc' : 'local'} change={(value) => setUtc(value === 'utc')}>
          <option value="local">Local time</option>
          <option value="utc">UTC</option>
        </Select>
      </section>
    </div>
  );
}

function Myself({ person }: { person: Person }) {
  const [name, setName] = useState(person.name);
  const [email, setEmail] = useState(person.email ?? '');
  const [password, setPassword] = useState('');
  const [current, setCurrent] = useState('');
  const save = useAct(
    () =>
      api('PATCH', `/v1/people/${person.id}`, {
        name,
        email: email.trim() === '' ? null : email.trim(),
        ...(password === '' ? {} : { password }),
        ...(password === '' || !person.hasPassword ? {} : { currentPassword: current }),
      }),
    {
      done: 'Saved.',
      then: () => {
        setPassword('');
        setCurrent('');
      },
      quiet: true,
    },
  );
  return (
    <section className="flex flex-col gap-4">
      <h2 className="font-semibold">You ({person.role})</h2>
      <Form act="Save" save={save}>
        <TextField label="Name" required value={name} change={setName} />
        <TextField
          label="E-mail address"
          type="email"
          autoComplete="username"
          value={email}
          change={setEmail}
        />
        {person.hasPassword ? (
          <TextField
            label="Present password, if you change it"
            type="password"
            autoComplete="current-password"
            value={current}
            change={setCurrent}
          />
        ) : null}
        <TextField
          label={person.hasPassword ? 'New password' : 'Password'}
          type="password"
          autoComplete="new-password"
          minLength={10}
          help="At least 10 characters. It signs you out everywhere else."
          value={password}
          change={setPassword}
        />
      </Form>
    </section>
  );
}
