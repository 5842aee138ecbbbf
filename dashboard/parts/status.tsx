import type { Alert, AlertMessage } from '../api/alert.ts';
import type { OrderState } from '../api/order.ts';
import type { DeliveryStatus, EndpointStatus, SourceRequest } from '../api/types.ts';

type Look = [shape: string, colour: string, word: string];

const looks: Record<
  | DeliveryStatus
  | EndpointStatus
  | SourceRequest['verdict']
  | OrderState
  | Alert['status']
  | AlertMessage['status']
  | 'degraded'
  | 'running'
  | 'done'
  | 'succeeded'
  | 'failed',
  Look
> = {
  pending: ['○', 'text-wait', 'Pending'],
  sending: ['◐', 'text-accent', 'Sending'],
  retrying: ['↻', 'text-warn', 'Retrying'],
  held: ['‖', 'text-wait', 'Held'],
  delivered: ['✓', 'text-good', 'Delivered'],
  dead: ['✕', 'text-bad', 'Dead'],
  cancelled: ['–', 'text-wait', 'Cancelled'],
  active: ['●', 'text-good', 'Active'],
  degraded: ['▲', 'text-warn', 'Degraded'],
  paused: ['‖', 'text-warn', 'Paused'],
  disabled: ['✕', 'text-bad', 'Disabled'],
  running: ['◐', 'text-accent', 'Running'],
  done: ['✓', 'text-good', 'Done'],
  succeeded: ['✓', 'text-good', 'Succeeded'],
  failed: ['✕', 'text-bad', 'Failed'],
  accepted: ['✓', 'text-good', 'Taken in'],
  duplicate: ['=', 'text-wait', 'Came before'],
  rejected: ['✕', 'text-bad', 'Rejected'],
  handshake: ['⇄', 'text-wait', 'Greeting'],
  fulfilled: ['✓', 'text-good', 'Fulfilled'],
  refunded: ['↩', 'text-wait', 'Refunded'],
  stuck: ['▲', 'text-bad', 'Stuck'],
  open: ['▲', 'text-bad', 'Open'],
  resolved: ['✓', 'text-good', 'Over'],
  waiting: ['◌', 'text-wait', 'Waiting'],
  sent: ['✓', 'text-good', 'Sent'],
};

export function statusWord(is: keyof typeof looks): string {
  return looks[is][2];
}

/** A status by shape, word and colour; in other `words` where there is more to say. */
export function Status({ is, words }: { is: keyof typeof looks; words?: string | undefined }) {
  const [shape, colour, word] = looks[is];
  return (
    <span className="inline-flex items-baseline gap-1.5 whitespace-nowrap font-medium">
      <span aria-hidden="true" className={`inline-block w-3 text-center ${colour}`}>
        {shape}
      </span>
      <span className={colour}>{words ?? word}</span>
    </span>
  );
}
