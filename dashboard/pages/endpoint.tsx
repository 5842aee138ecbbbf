import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct, useMay, useOne, useThing } from '../api/queries.ts';
import { useSourceNames } from '../api/sources.ts';
import type { Endpoint, Stats } from '../api/types.ts';
import { AcceptedSince } from '../parts/accepted-since.tsx';
import { Button } from '../parts/button.tsx';
import { Ask, Dialog } from '../parts/dialog.tsx';
import { Opening } from '../parts/opening.tsx';
import { Facts, Id, Panel } from '../parts/page.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { troubleOf } from '../words/health.ts';
import { retryWords } from '../words/schedule.ts';
import { sourcesWords } from '../words/sources.ts';
import { type EndpointTexts, readEndpoint } from './endpoint-draft.ts';
import { EditEndpoint } from './endpoint-form.tsx';
import { Secrecy } from './endpoint-secret.tsx';
import { Stopped } from './endpoint-stopped.tsx';
import { ReplayPlan } from './replay-plan.tsx';
import { TestEvent } from './test-event.tsx';

const everyMs = 5000;
type Opened = 'edit' | 'test' | 'rotate' | 'recover' | 'delete';

export function EndpointPanel() {
  const { id } = useParams({ from: '/endpoints/$id' });
  const found = useThing('/v1/endpoints', id, { everyMs, read: readEndpoint });
  const endpoint = found.data;
  if (endpoint === undefined) return <Opening what="endpoint" id={id} found={found} />;
  return <Details key={id} endpoint={endpoint} />;
}

function Details({ endpoint }: { endpoint: EndpointTexts }) {
  const may = useMay('manage');
  const stats = useOne<Stats>(`/v1/endpoints/${endpoint.id}/stats?bucket=1h`, { everyMs }).data;
  const names = useSourceNames();
  const { id, status, events, sources, profile, rateLimit, concurrency, ordered, timeout, headers } =
    endpoint;
  const trouble = stats === undefined ? null : troubleOf(endpoint, stats);
  return (
    <Panel back="/endpoints" title={<span className="font-mono text-sm break-all">{endpoint.url}</span>}>
      <Stopped endpoint={endpoint} />
      {may ? <Acts endpoint={endpoint} /> : null}
      <Facts
        facts={[
          [
            'Status',
            trouble === null ? (
              <Status key="status" is={status} />
            ) : (
              <span key="status">
                <Status is="degraded" /> {trouble}
              </span>
            ),
          ],
          ['Description', endpoint.description === '' ? '–' : endpoint.description],
          ['Events', events.join(', ')],
          ['That came by', sourcesWords(sources, names)],
          ['Wire format', profile],
          ['Tried again', retryWords(endpoint.retry)],
          ['Timeout', timeout],
          ['Rate limit', rateLimit === null ? 'none' : `${rateLimit.perSecond} a second`],
          ['At once', `at most ${concurrency}`],
          ['In order', ordered ? 'yes: what fails holds back later ones of its reference' : 'no'],
          ['Filter', endpoint.filter === null ? 'none' : <Json key="filter" text={endpoint.texts.filter} />],
          ['Own headers', Object.keys(headers).join(', ') || 'none'],
          [
            'Format of its own',
            endpoint.wire === null ? 'no' : <Json key="wire" text={endpoint.texts.wire} />,
          ],
          ['Alert mail goes to', endpoint.notify ?? 'whoever the account names'],
          ['Id', <Id key="id">{id}</Id>],
          ['Created', <Time key="created" at={endpoint.createdAt} />],
          ['Last 24 hours', stats === undefined ? '…' : <Sparkline key="stats" stats={stats} />],
        ]}
      />
      <p className="flex flex-wrap gap-4 text-sm">
        <Link to="/deliveries" search={{ endpointId: id }}>
          Its deliveries
        </Link>
        <Link to="/deliveries" search={{ endpointId: id, status: 'dead' }}>
          Its dead letters
        </Link>
      </p>
      {may ? <Secrecy endpoint={endpoint} /> : null}
    </Panel>
  );
}

function Json({ text }: { text: string | undefined }) {
  return <code className="font-mono text-xs break-all whitespace-pre-wrap">{text}</code>;
}

function Acts({ endpoint }: { endpoint: EndpointTexts }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const navigate = useNavigate();
  const close = (): void => setOpened(null);
  const path = `/v1/endpoints/${endpoint.id}`;
  const pause = useAct(() => api('POST', `${path}/pause`), { done: 'Paused: what comes is held.' });
  const resume = useAct(() => api('POST', `${path}/resume`), { done: 'Resumed: what was held goes out.' });
  const remove = useAct(() => api('DELETE', path), {
    done: 'The endpoint is deleted.',
    then: () => void navigate({ to: '/endpoints', search: (before) => before }),
  });
  return (
    <div className="flex flex-wrap gap-2">
      {endpoint.status === 'active' ? null : (
        <Button
          title="What is held goes out; what was given up meanwhile stays a dead letter"
          disabled={resume.isPending}
          onClick={() => resume.mutate()}
        >
          Resume
        </Button>
      )}
      <Button onClick={() => setOpened('test')}>Send test event</Button>
      <Button onClick={() => setOpened('edit')}>Edit</Button>
      {endpoint.status === 'active' ? (
        <Button disabled={pause.isPending} onClick={() => pause.mutate()}>
          Pause
        </Button>
      ) : null}
      <Button onClick={() => setOpened('recover')}>Recover</Button>
      <Button look="bad" onClick={() => setOpened('delete')}>
        Delete
      </Button>
      {opened === 'edit' ? <EditEndpoint endpoint={endpoint} close={close} /> : null}
      {opened === 'recover' ? <Recover endpoint={endpoint} close={close} /> : null}
      <Dialog title="Send a test event" isOpen={opened === 'test'} close={close} isWide>
        <TestEvent endpoint={endpoint} />
      </Dialog>
      <Ask
        title="Delete this endpoint?"
        act="Delete this endpoint"
        isOpen={opened === 'delete'}
        isBusy={remove.isPending}
        close={close}
        confirm={() => remove.mutate()}
      >
        Nothing more is sent to {endpoint.url}; what is open is cancelled. Its history stays. This cannot be
        taken back.
      </Ask>
    </div>
  );
}

function Recover({ endpoint, close }: { endpoint: Endpoint; close: () => void }) {
  const [since, setSince] = useState('24h');
  const planned = { which: { endpointId: endpoint.id, since }, words: `of ${endpoint.url}` };
  return (
    <ReplayPlan planned={planned} close={close}>
      <div className="mb-4">
        <AcceptedSince value={since} change={setSince} />
      </div>
    </ReplayPlan>
  );
}
