import { pointerStep } from '../api/client.ts';
import { Check, Select, TextArea, TextField } from '../parts/field.tsx';
import { Pairs } from '../parts/pairs.tsx';
import type { EndpointDraft, RetryWay } from './endpoint-draft.ts';

interface Props {
  draft: EndpointDraft;
  set: (changes: Partial<EndpointDraft>) => void;
  /** What is wrong with a member, or with what is in it. */
  wrong: (pointer: string) => string | undefined;
  /** A secret is brought along at creation only; later it is rotated. */
  isNew: boolean;
}

/** What an endpoint is made without, and can be given. */
export function MoreSettings({ draft, set, wrong, isNew }: Props) {
  return (
    <details>
      <summary className="text-sm font-medium">More settings</summary>
      <div className="mt-3 flex flex-col gap-4">
        <TextField
          label="Description"
          value={draft.description}
          change={(description) => set({ description })}
          error={wrong('/description')}
        />
        {isNew ? (
          <TextField
            label="Secret"
            autoComplete="off"
            placeholder="one is made"
            help="Only to bring one along that the receiver has already."
            value={draft.secret}
            change={(secret) => set({ secret })}
            error={wrong('/secret')}
          />
        ) : null}
        <Retry draft={draft} set={set} wrong={wrong} />
        <Pace draft={draft} set={set} wrong={wrong} />
        <Check
          label="In order: what fails holds back later events of the same reference"
          checked={draft.ordered}
          change={(ordered) => set({ ordered })}
        />
        <Pairs
          label="Own headers"
          names="Header"
          values="Value of"
          placeholder="X-Env"
          help="Sent with every delivery. A value that is shown as ••• stays as it is."
          pairs={draft.headers}
          change={(headers) => set({ headers })}
          error={wrong('/headers')}
          wrong={(name) => wrong(`/headers/${pointerStep(name)}`)}
        />
        <TextArea
          label="Filter, as JSON"
          help={'Only events for which all of it holds: {"/data/total": {"gte": 100}}. Empty: all of them.'}
          rows={4}
          value={draft.filter}
          change={(filter) => set({ filter })}
          error={wrong('/filter')}
        />
        <TextField
          label="Alert mail for it goes to"
          placeholder="whoever the account names"
          value={draft.notify}
          change={(notify) => set({ notify })}
          error={wrong('/notify')}
        />
        <TextArea
          label="Metadata, as JSON"
          help="Yours: it is kept and shown, and means nothing here."
          rows={3}
          value={draft.metadata}
          change={(metadata) => set({ metadata })}
          error={wrong('/metadata')}
        />
        <TextArea
          label="Format of its own, as JSON"
          help="Its own envelope, signature or headers, in the words of GET /v1/profiles. Empty: those of the wire format above."
          rows={3}
          value={draft.wire}
          change={(wire) => set({ wire })}
          error={wrong('/wire')}
        />
      </div>
    </details>
  );
}

type PartProps = Omit<Props, 'isNew'>;

function Pace({ draft, set, wrong }: PartProps) {
  return (
    <div className="grid items-start gap-4 sm:grid-cols-3">
      <TextField
        label="Timeout of an attempt"
        placeholder="the wire format’s own"
        value={draft.timeout}
        change={(timeout) => set({ timeout })}
        error={wrong('/timeout')}
      />
      <TextField
        label="Attempts a second, at most"
        inputMode="numeric"
        placeholder="no limit"
        value={draft.perSecond}
        change={(perSecond) => set({ perSecond })}
        error={wrong('/rateLimit')}
      />
      <TextField
        label="At once, at most"
        inputMode="numeric"
        placeholder="as is usual"
        value={draft.concurrency}
        change={(concurrency) => set({ concurrency })}
        error={wrong('/concurrency')}
      />
    </div>
  );
}

function Retry({ draft, set, wrong }: PartProps) {
  const way = draft.retryWay;
  return (
    <>
      <Select
        label="What failed is tried again"
        value={way}
        change={(next) => set({ retryWay: next as RetryWay })}
      >
        <option value="own">as the wire format has it</option>
        <option value="waits">after these waits</option>
        <option value="growing">after waits that grow</option>
      </Select>
      {way === 'waits' ? (
        <TextField
          label="Waits"
          placeholder="30s, 2m, 10m"
          help="One after each failed attempt, with commas between. None: it is never tried again."
          value={draft.waits}
          change={(waits) => set({ waits })}
          error={wrong('/retry/schedule')}
        />
      ) : null}
      {way === 'growing' ? <Growing draft={draft} set={set} wrong={wrong} /> : null}
      {way === 'own' ? null : (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <TextField
            label="Jitter"
            inputMode="decimal"
            placeholder="0"
            help="Up to that share, from 0 to 1, is added to each wait."
            value={draft.jitter}
            change={(jitter) => set({ jitter })}
            error={wrong('/retry/jitter')}
          />
          <TextField
            label="Give up after"
            placeholder="never before the last wait"
            help="No attempt later than that after the first."
            value={draft.giveUpAfter}
            change={(giveUpAfter) => set({ giveUpAfter })}
            error={wrong('/retry/giveUpAfter')}
          />
        </div>
      )}
    </>
  );
}

function Growing({ draft, set, wrong }: PartProps) {
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <TextField
        label="First wait"
        placeholder="1s"
        value={draft.firstWait}
        change={(firstWait) => set({ firstWait })}
        error={wrong('/retry/exponential/initial')}
      />
      <TextField
        label="Times as long each time"
        inputMode="decimal"
        placeholder="2"
        value={draft.factor}
        change={(factor) => set({ factor })}
        error={wrong('/retry/exponential/factor')}
      />
      <TextField
        label="Tried again so often"
        inputMode="numeric"
        placeholder="5"
        value={draft.maxRetries}
        change={(maxRetries) => set({ maxRetries })}
        error={wrong('/retry/exponential/maxRetries')}
      />
      <TextField
        label="Longest wait"
        placeholder="60s"
        value={draft.longestWait}
        change={(longestWait) => set({ longestWait })}
        error={wrong('/retry/exponential/maxDelay')}
      />
    </div>
  );
}
