import { useState } from 'react';
import { api } from '../api/client.ts';
import { useAct } from '../api/queries.ts';
import type { Source } from '../api/types.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Check, TextArea, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { draftOf, type TrackingDraft, trackingOf } from './tracking-draft.ts';

const meanings = [
  ['pending', 'it is pending'],
  ['fulfilled', 'it is fulfilled'],
  ['failed', 'it failed'],
  ['refunded', 'it was refunded'],
] as const;

/** How a source's orders are followed: what its events mean, and how to ask when none comes. */
export function TrackingForm({ source, close }: { source: Source; close: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(source.tracking));
  const set = (changes: Partial<TrackingDraft>): void => setDraft({ ...draft, ...changes });
  const save = useAct(() => api('PATCH', `/v1/sources/${source.id}`, { tracking: trackingOf(draft) }), {
    done: 'Its orders are followed like that from now on.',
    then: close,
    quiet: true,
  });
  return (
    <Dialog title="How its orders are followed" isOpen close={close} isWide>
      <Form act="Save how it is followed" save={save}>
        <Hearing draft={draft} set={set} />
        <Check
          label="Ask about an order when nobody tells"
          checked={draft.asks}
          change={(asks) => set({ asks })}
        />
        {draft.asks ? <Asking draft={draft} set={set} /> : null}
        <details className="rounded-md border border-line p-3">
          <summary className="text-sm font-medium">Catch up by a list of all events</summary>
          <div className="mt-3">
            <TextArea
              label="The list, as JSON"
              help="Its url with {since} or {sinceTime}, and where items, id and type stand. Empty: none."
              rows={6}
              value={draft.list}
              change={(list) => set({ list })}
            />
          </div>
        </details>
      </Form>
    </Dialog>
  );
}

interface PartProps {
  draft: TrackingDraft;
  set: (changes: Partial<TrackingDraft>) => void;
}

function Hearing({ draft, set }: PartProps) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Where the reference stands"
          placeholder="/data/reference"
          help="Your name of the order, in the provider’s raw body."
          value={draft.reference}
          change={(reference) => set({ reference })}
        />
        <TextField
          label="Where their id of it stands"
          placeholder="/data/order_id"
          value={draft.orderId}
          change={(orderId) => set({ orderId })}
        />
      </div>
      <Pairs
        label="What each event type means"
        names="Event type"
        values="Meaning of"
        placeholder="order.fulfilled"
        pairs={draft.states}
        change={(states) => set({ states })}
        choices={meanings}
      />
      <TextField
        label="Overdue after"
        placeholder="15m"
        help="Past this age an order that has not ended is overdue, and an alert is raised. Empty: never."
        value={draft.sla}
        change={(sla) => set({ sla })}
      />
    </>
  );
}

function Asking({ draft, set }: PartProps) {
  return (
    <div className="flex flex-col gap-4 rounded-md border border-line p-3">
      <TextField
        label="Where to ask"
        required
        placeholder="https://supplier.example/v1/orders/{orderId}"
        help="With {orderId} or {reference}."
        value={draft.url}
        change={(url) => set({ url })}
      />
      <Pairs
        label="Headers of the question"
        names="Header"
        values="Value of"
        placeholder="Authorization"
        pairs={draft.headers}
        change={(headers) => set({ headers })}
      />
      <TextField
        label="Where the answer says how it stands"
        placeholder="/status"
        value={draft.status}
        change={(status) => set({ status })}
      />
      <Pairs
        label="What its words mean"
        names="Word"
        values="Meaning of"
        placeholder="fulfilled"
        pairs={draft.words}
        change={(words) => set({ words })}
        choices={meanings}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Ask first after"
          placeholder="5m"
          value={draft.after}
          change={(after) => set({ after })}
        />
        <TextField
          label="Then every"
          placeholder="5m"
          value={draft.every}
          change={(every) => set({ every })}
        />
        <TextField
          label="Give up after"
          placeholder="30d"
          value={draft.giveUpAfter}
          change={(giveUpAfter) => set({ giveUpAfter })}
        />
        <TextField
          label="Questions a second, at most"
          placeholder="5"
          inputMode="numeric"
          value={draft.perSecond}
          change={(perSecond) => set({ perSecond })}
        />
      </div>
    </div>
  );
}
