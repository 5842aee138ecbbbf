import { type FormEvent, useEffect, useState } from 'react';
import { api, sendCsrf } from '../api/client.ts';
import { currentQuery, queryClient } from '../api/queries.ts';
import type { Current } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { nextPath } from './next-path.ts';

/** The link's token, taken out of the address at once so that it stays in no history. */
function takeLink(): string | null {
  const token = /^#([\w-]{20,})$/.exec(window.location.hash)?.[1] ?? null;
  if (token !== null) window.history.replaceState(null, '', '/signin');
  return token;
}

/** Who one is: by a one-time link, by e-mail address and password, or by an API key. */
export function SignIn({ isSignedIn }: { isSignedIn: boolean }) {
  const [link] = useState(takeLink);
  const [way, setWay] = useState<'password' | 'key'>('password');
  const [email, setEmail] = useState('');
  const [secret, setSecret] = useState('');
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    document.title = 'Sign in · Surehook';
  }, []);

  useEffect(() => {
    if (isSignedIn && link === null) window.location.replace(nextPath(window.location.search));
  }, [isSignedIn, link]);

  async function begin(proof: object): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      const current = await api<Current>('POST', '/v1/sessions', proof);
      sendCsrf(current.csrf);
      queryClient.clear();
      queryClient.setQueryData(currentQuery.queryKey, current);
      const onSignIn = window.location.pathname === '/signin';
      window.location.replace(onSignIn ? nextPath(window.location.search) : window.location.href);
    } catch (problem) {
      setError(problem as Error);
      setBusy(false);
    }
  }

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void begin(way === 'key' ? { key: secret.trim() } : { email, password: secret });
  };

  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-5 p-6">
      <h1 className="flex items-center gap-3 text-xl font-semibold">
        <img src="/favicon.svg" alt="" width="28" height="28" /> Sign in to Surehook
      </h1>
      <Problem error={error} />
      {link !== null && error === null ? (
        <Button look="main" disabled={isBusy} onClick={() => void begin({ token: link })}>
          Sign in with this link
        </Button>
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          {way === 'password' ? (
            <TextField
              label="E-mail address"
              type="email"
              autoComplete="username"
              required
              value={email}
              change={setEmail}
            />
          ) : null}
          <TextField
            label={way === 'password' ? 'Password' : 'API key'}
            type="password"
            autoComplete={way === 'password' ? 'current-password' : 'off'}
            required
            value={secret}
            change={setSecret}
          />
          <Button look="main" type="submit" disabled={isBusy}>
            Sign in
          </Button>
          <Button look="quiet" onClick={() => setWay(way === 'password' ? 'key' : 'password')}>
            {way === 'password' ? 'Use an API key instead' : 'Use e-mail address and password instead'}
          </Button>
        </form>
      )}
      <p className="text-xs text-muted">
        The first time, and when a password is lost: <code className="font-mono">npx surehook signin</code> on
        the server prints a link.
      </p>
    </main>
  );
}
