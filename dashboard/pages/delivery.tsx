import { Link, useLocation, useParams } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import { api } from '../api/client.ts';
import { useEndpoints } from '../api/endpoints.ts';
import { useAct, useMay, useOne, useThing } from '../api/queries.ts';
import type { Attempt, DeliveryDetail, Endpoint } from '../api/types.ts';
import { AttemptView } from '../parts/attempt.tsx';
import { Button, buttonClass, copy } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { EndpointLink } from '../parts/endpoint-link.tsx';
import { Opening } from '../parts/opening.tsx';
import { Facts, Id, Panel, Section } from '../parts/page.tsx';
import { Status } from '../parts/status.tsx';
import { Distance, Time } from '../parts/time.tsx';
import { Step, Timeline } from '../parts/timeline.tsx';
import { curlOf } from '../words/curl.ts';
import { isOver } from '../words/deliveries.ts';
import { errorWords } from '../words/errors.ts';
import { nodeOf } from '../words/node.ts';
import { nextAttemptWords, putBackWords } from '../words/schedule.ts';
import type { Sendable } from '../words/sendable.ts';

const openEveryMs = 1500;

/** The story of one delivery: from acceptance over each attempt to its end, or to the next attempt. */
export function DeliveryPanel() {
  const { id } = useParams({ from: '/deliveries/$id' });
  const hash = useLocation({ select: (location) => location.hash });
  const found = useThing<DeliveryDetail>('/v1/deliveries', id, { everyMs: openEveryMs });
  const delivery = found.data;
  if (delivery === undefined) return <Opening what="delivery" id={id} found={found} />;
  return <Story key={`${id} ${hash}`} delivery={delivery} first={Number(hash.replace('attempt-', ''))} />;
}

/** `first` is the number of the attempt that is looked at first; without such a one it is the last. */
function Story({ delivery, first }: { delivery: DeliveryDetail; first: number }) {
  const [chosen, setChosen] = useState(first);
  const endpoints = useEndpoints();
  const isGone = endpoints.isGone(delivery.endpointId);
  const endpoint = useOne<Endpoint>(isGone ? null : `/v1/endpoints/${delivery.endpointId}`).data;
  const { attempts } = delivery;
  const attempt = attempts.find(({ n }) => n === chosen) ?? attempts.at(-1);
  const words = errorWords(delivery.error, delivery.httpStatus);
  return (
    <Panel
      back="/deliveries"
      title={
        <>
          {delivery.eventType} <span className="ml-2 text-sm">{<Status is={delivery.status} />}</span>
        </>
      }
    >
      <Acts delivery={delivery} attempt={attempt} isGone={isGone} />
      {isGone ? (
        <p className="rounded-md border border-line bg-raised p-3 text-sm">
          Its endpoint was deleted: it cannot be sent again. What happened stays here as long as deliveries
          are kept.
        </p>
      ) : null}
      {words === null || delivery.status === 'delivered' ? null : (
        <div className="rounded-md border border-line bg-raised p-3 text-sm">
          <p className="font-semibold">{words.title}</p>
          <p className="mt-1 text-muted">{words.help}</p>
        </div>
      )}
      <Facts
        facts={[
          ['Delivery', <Id key="id">{delivery.id}</Id>],
          [
            'Event',
            <Link key="event" to="/events/$id" params={{ id: delivery.eventId }}>
              <Id>{delivery.eventId}</Id>
            </Link>,
          ],
          ['Reference', delivery.reference ?? '–'],
          [
            'Endpoint',
            <EndpointLink
              key="endpoint"
              id={delivery.endpointId}
              endpoints={endpoints}
              lastUrl={attempts.at(-1)?.request.url}
            />,
          ],
        ]}
      />
      <Section title="What happened">
        <Attempts
          delivery={delivery}
          retry={endpoint?.retry}
          chosen={attempt?.n ?? null}
          choose={setChosen}
        />
      </Section>
      {attempt === undefined ? null : (
        <Section title={`Attempt ${attempt.n}`}>
          <AttemptView attempt={attempt} />
        </Section>
      )}
    </Panel>
  );
}

interface ActsProps {
  delivery: DeliveryDetail;
  attempt: Attempt | undefined;
  /** Its endpoint was deleted: there is nowhere to send it. */
  isGone: boolean;
}

function Acts({ delivery, attempt, isGone }: ActsProps) {
  const [asks, setAsks] = useState(false);
  const may = useMay('manage') && !isGone;
  const path = `/v1/deliveries/${delivery.id}`;
  const retry = useAct(() => api('POST', `${path}/retry`), { done: 'It is on its way again.' });
  const cancel = useAct(() => api('POST', `${path}/cancel`), {
    done: 'Cancelled: nothing more is sent.',
    then: () => setAsks(false),
  });
  const fresh = useAct(
    async (write: typeof curlOf) => write(await api<Sendable>('POST', `${path}/request`)),
    { then: (text) => void copy(text, 'the request, signed for this moment') },
  );
  const isEnded = isOver(delivery.status);
  return (
    <div className="flex flex-wrap gap-2">
      {may ? (
        <Button look="main" data-key="r" disabled={retry.isPending} onClick={() => retry.mutate()}>
          {isEnded ? 'Send again' : 'Try now'}
        </Button>
      ) : null}
      {may ? (
        <>
          <Button
            data-key="c"
            title="Signed afresh, so that a receiver that looks at the time takes it"
            disabled={fresh.isPending}
            onClick={() => fresh.mutate(curlOf)}
          >
            Copy as curl
          </Button>
          <Button
            title="A module for Node, signed afresh"
            disabled={fresh.isPending}
            onClick={() => fresh.mutate(nodeOf)}
          >
            Copy as Node
          </Button>
        </>
      ) : null}
      {attempt === undefined ? null : (
        <Button
          look="quiet"
          title="With the signature and the time of the attempt that is shown"
          onClick={() => void copy(curlOf(attempt.request), sentWords(attempt))}
        >
          As it was sent
        </Button>
      )}
      {may && !isEnded ? (
        <Button look="bad" onClick={() => setAsks(true)}>
          Cancel delivery
        </Button>
      ) : null}
      <Link
        to="/deliveries"
        search={
          delivery.reference === null ? { eventType: delivery.eventType } : { reference: delivery.reference }
        }
        className={buttonClass('quiet')}
      >
        Others like it
      </Link>
      <Ask
        title="Cancel this delivery?"
        act="Cancel this delivery"
        isOpen={asks}
        isBusy={cancel.isPending}
        close={() => setAsks(false)}
        confirm={() => cancel.mutate()}
      >
        Nothing more is sent for it. An attempt that is under way may still arrive. It can be sent again
        later.
      </Ask>
    </div>
  );
}

/** What was copied; of a long body only what is kept. */
function sentWords({ request }: Attempt): string {
  return `the curl command as it was sent${request.bodyTruncated ? ', but for the end of its body, which is not kept' : ''}`;
}

interface AttemptsProps {
  delivery: DeliveryDetail;
  /** Of its endpoint, once that is known. */
  retry: Endpoint['retry'] | undefined;
  chosen: number | null;
  choose: (n: number) => void;
}

function Attempts({ delivery, retry, chosen, choose }: AttemptsProps) {
  const { attempts } = delivery;
  return (
    <Timeline>
      <Step shape="○" colour="text-wait">
        Accepted <Time at={delivery.createdAt} />
      </Step>
      {attempts.map((attempt) => (
        <Fragment key={attempt.n}>
          <Step
            shape={attempt.outcome === 'succeeded' ? '✓' : '✕'}
            colour={attempt.outcome === 'succeeded' ? 'text-good' : 'text-bad'}
          >
            <button
              type="button"
              aria-pressed={attempt.n === chosen}
              className="w-full rounded-md px-2 py-1 text-left hover:bg-raised aria-pressed:bg-tint"
              onClick={() => choose(attempt.n)}
            >
              <span className="font-medium">Attempt {attempt.n}</span>{' '}
              {attempt.httpStatus === null ? '' : <span className="font-mono">{attempt.httpStatus}</span>}{' '}
              <span className="text-muted">
                <Time at={attempt.at} /> · {Math.round(attempt.durationMs).toLocaleString()} ms
              </span>
              <span className="block text-muted">
                {errorWords(attempt.error, attempt.httpStatus)?.title ?? 'The receiver took it.'}
              </span>
            </button>
          </Step>
          <PutBack words={putBackWords(attempt, attempt === attempts.at(-1) && isOver(delivery.status))} />
        </Fragment>
      ))}
      <End delivery={delivery} retry={retry} />
    </Timeline>
  );
}

function PutBack({ words }: { words: string | null }) {
  if (words === null) return null;
  return (
    <Step shape="↻" colour="text-wait">
      {words}
    </Step>
  );
}

function End({ delivery, retry }: Pick<AttemptsProps, 'delivery' | 'retry'>) {
  const { status, nextAttemptAt, endedAt, attempts } = delivery;
  if (isOver(status))
    return (
      <Step shape="■" colour="text-wait">
        <Status is={status} /> <Time at={endedAt} />
      </Step>
    );
  if (status === 'held')
    return (
      <Step shape="‖" colour="text-warn">
        Held: the endpoint is paused or disabled. It goes on when the endpoint is resumed.
      </Step>
    );
  if (status === 'sending')
    return (
      <Step shape="◐" colour="text-accent">
        {nextAttemptWords(attempts, retry)} is under way.
      </Step>
    );
  return (
    <Step shape="◌" colour="text-accent">
      {nextAttemptWords(attempts, retry)}{' '}
      {nextAttemptAt === null ? (
        'comes when its turn comes.'
      ) : (
        <>
          <Distance at={nextAttemptAt} isAhead />, <Time at={nextAttemptAt} />
        </>
      )}
    </Step>
  );
}
