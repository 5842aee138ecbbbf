import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Alert } from '../api/alert.ts';
import { useOne } from '../api/queries.ts';
import type { Delivery, Endpoint, Page } from '../api/types.ts';
import { buttonClass } from '../parts/button.tsx';
import { LinkTo } from '../parts/link-to.tsx';
import { Reason } from '../parts/reason.tsx';
import { Status } from '../parts/status.tsx';
import { Summary } from '../parts/summary.tsx';
import { Distance } from '../parts/time.tsx';
import { kindWords, mendOf, touchedWords } from '../words/alerts.ts';
import { counted, countedOn, plural } from '../words/counts.ts';

/** What may need a person. */
export interface Trouble {
  /** Those whose matter is not put right yet. */
  alerts: Alert[];
  dead: Page<Delivery>;
  retrying: Page<Delivery>;
  stopped: Endpoint[];
  lateOrders: number;
}

const shownAtMost = 5;
const heldAtMost = 100;

/** What is wrong, since when, how much it touches, and the act that mends it. Nothing where nothing is. */
export function Attention({ trouble }: { trouble: Trouble }) {
  const { alerts, dead, retrying, stopped, lateOrders } = trouble;
  const told = new Set(alerts.map(({ kind, subject }) => `${kind} ${subject}`));
  const isTold = (...kinds: string[]): boolean => alerts.some(({ kind }) => kinds.includes(kind));
  const untold = stopped.filter(({ id, status }) => !told.has(`endpoint.${status} ${id}`));
  const lines: ReactNode[] = [
    ...alerts.slice(0, shownAtMost).map((alert) => <Told key={alert.id} alert={alert} />),
    ...(alerts.length > shownAtMost
      ? [
          <li key="more alerts" className="p-3">
            <Link to="/alerts" search={{ status: 'open' }}>
              All {alerts.length} open alerts
            </Link>
          </li>,
        ]
      : []),
    ...(dead.data.length > 0 && !isTold('delivery.dead')
      ? [
          <Line key="dead" status="dead" act={{ words: 'Replay what was given up', href: '/dead-letters' }}>
            {countedOn(dead)} {plural(dead.data.length, 'delivery was', 'deliveries were')} given up.
          </Line>,
        ]
      : []),
    ...(lateOrders > 0 && !isTold('order.overdue', 'order.stuck')
      ? [
          <Line
            key="orders"
            status="open"
            act={{ words: 'Look at what is overdue', href: '/orders?overdue=true' }}
          >
            {counted(lateOrders, 'order is', 'orders are')} overdue or stuck.
          </Line>,
        ]
      : []),
    ...untold.slice(0, shownAtMost).map((endpoint) => <Stopped key={endpoint.id} endpoint={endpoint} />),
    ...(untold.length > shownAtMost
      ? [
          <li key="more stopped" className="p-3">
            <Link to="/endpoints">All {untold.length} endpoints that are stopped</Link>
          </li>,
        ]
      : []),
    ...(retrying.data.length > 0 ? [<Retrying key="retrying" retrying={retrying} />] : []),
  ];
  if (lines.length === 0) return null;
  const title = lines.length === 1 && retrying.data.length > 0 ? 'What is being retried' : 'What needs you';
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <h2 className="font-semibold">{title}</h2>
      <ul className="divide-y divide-line rounded-md border border-line bg-surface">{lines}</ul>
    </section>
  );
}

interface LineProps {
  status: 'dead' | 'open' | 'retrying' | 'paused' | 'disabled';
  act: { words: string; href: string };
  children: ReactNode;
}

function Line({ status, act, children }: LineProps) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 p-3 sm:flex-nowrap">
      <span className="flex min-w-0 flex-wrap items-baseline gap-x-3">
        <Status is={status} /> <span className="min-w-0">{children}</span>
      </span>
      <LinkTo href={act.href} className={`${buttonClass('plain')} shrink-0`}>
        {act.words}
      </LinkTo>
    </li>
  );
}

function Told({ alert }: { alert: Alert }) {
  const { id, kind, summary, raisedAt, subject } = alert;
  const mend = mendOf(alert);
  const touched = touchedWords(alert);
  const isStop = kind === 'endpoint.paused' || kind === 'endpoint.disabled';
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 p-3 sm:flex-nowrap">
      <div className="min-w-0">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <Status is="open" />
          <Link to="/alerts/$id" params={{ id }} className="font-semibold text-text">
            {kindWords(kind).title}
          </Link>
          <span className="text-sm text-muted">
            <Distance at={raisedAt} />
            {touched === null ? '' : `, ${touched}`}
            {isStop ? <Held endpointId={subject} /> : null}
          </span>
        </p>
        <p className="text-sm text-muted break-words">
          <Summary text={summary} />
        </p>
      </div>
      {mend === null ? null : (
        <LinkTo href={mend.href} className={`${buttonClass('plain')} shrink-0`}>
          {mend.act}
        </LinkTo>
      )}
    </li>
  );
}

function Stopped({ endpoint: { id, url, status, statusReason } }: { endpoint: Endpoint }) {
  if (status === 'active') return null;
  return (
    <Line status={status} act={{ words: 'Look at the endpoint', href: `/endpoints/${id}` }}>
      <span className="font-mono text-xs break-all">{url}</span>{' '}
      <span className="text-sm text-muted">
        {statusReason === null ? null : <Reason text={statusReason} />}
        <Held endpointId={id} />
      </span>
    </Line>
  );
}

/** How many deliveries wait for a stopped endpoint. */
function Held({ endpointId }: { endpointId: string }) {
  const held = useOne<Page<Delivery>>(
    `/v1/deliveries?status=held&endpointId=${encodeURIComponent(endpointId)}&limit=${heldAtMost}`,
  ).data;
  if (held === undefined || held.data.length === 0) return null;
  return (
    <>
      , {countedOn(held)} {plural(held.data.length, 'delivery waits', 'deliveries wait')} for it
    </>
  );
}

function Retrying({ retrying }: { retrying: Page<Delivery> }) {
  const next = retrying.data
    .flatMap(({ nextAttemptAt }) => nextAttemptAt ?? [])
    .sort()
    .at(0);
  return (
    <Line status="retrying" act={{ words: 'Look at them', href: '/deliveries?status=retrying' }}>
      {countedOn(retrying)} failed and will be tried again
      {next === undefined ? null : (
        <>
          , the next <Distance at={next} isAhead />
        </>
      )}
      .
    </Line>
  );
}
