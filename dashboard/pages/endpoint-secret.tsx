import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct } from '../api/queries.ts';
import type { Endpoint, Secrets } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Select } from '../parts/field.tsx';
import { Id, Section } from '../parts/page.tsx';
import { Distance } from '../parts/time.tsx';

/** The secret, on request, and its rotation. */
export function Secrecy({ endpoint }: { endpoint: Endpoint }) {
  // Read when it is asked for and never again: each time that it is looked at stands in the log.
  const [secrets, setSecrets] = useState<Secrets | null>(null);
  const [asks, setAsks] = useState(false);
  const [overlap, setOverlap] = useState('24h');
  const path = `/v1/endpoints/${endpoint.id}`;
  const show = useAct(() => api<Secrets>('GET', `${path}/secret`), { then: setSecrets });
  const rotate = useAct(() => api('POST', `${path}/rotate-secret`, { overlap }), {
    done: 'There is a new secret. Put it into the receiver.',
    then: () => {
      setAsks(false);
      show.mutate();
    },
  });
  return (
    <Section
      title="Signing secret"
      acts={
        <span className="flex gap-2">
          {secrets === null ? (
            <Button disabled={show.isPending} onClick={() => show.mutate()}>
              Show secret
            </Button>
          ) : (
            <Button onClick={() => setSecrets(null)}>Hide secret</Button>
          )}
          <Button onClick={() => setAsks(true)}>Rotate secret</Button>
        </span>
      }
    >
      {secrets === null ? (
        <p className="text-sm text-muted">That it is shown is noted in the log of what people did.</p>
      ) : (
        <>
          <Secret secret={secrets.secret} />
          {secrets.previous.map(({ secret, validUntil }) => (
            <p key={secret} className="text-sm">
              <Id>{secret}</Id>{' '}
              <span className="text-muted">
                is the one before,{' '}
                {validUntil === null ? (
                  'still valid'
                ) : (
                  <>
                    ends <Distance at={validUntil} isAhead />
                  </>
                )}
              </span>
            </p>
          ))}
        </>
      )}
      <Ask
        title="Rotate the secret?"
        act="Rotate this secret"
        isOpen={asks}
        isBusy={rotate.isPending}
        close={() => setAsks(false)}
        confirm={() => rotate.mutate()}
      >
        A new secret is made, and the old one stays valid beside it until it ends: put the new one into the
        receiver within that time.
        <span className="mt-3 block">
          <Select label="The old one ends" value={overlap} change={setOverlap}>
            <option value="0s">at once: it has leaked</option>
            <option value="1h">in 1 hour</option>
            <option value="24h">in 24 hours</option>
            <option value="7d">in 7 days</option>
          </Select>
        </span>
      </Ask>
    </Section>
  );
}

/** What the receiver checks signatures with. */
export function Secret({ secret }: { secret: string }) {
  return (
    <div className="flex flex-col gap-2 rounded-md border border-warn p-3">
      <p className="font-semibold">The signing secret</p>
      <p className="text-sm text-muted">
        Put it into the receiver, which checks signatures with it. Treat it like a password.
      </p>
      <Copyable text={secret} what="the secret" />
    </div>
  );
}
