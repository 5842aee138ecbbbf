import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, api } from '../api/client.ts';
import { useAct, useOne } from '../api/queries.ts';
import type { Endpoint, EventType, Page, Profile } from '../api/types.ts';
import { Button, CopyButton } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Check, Select, TextField } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { TestEvent } from './test-event.tsx';

interface Draft {
  url: string;
  events: string[];
  profile: string;
  description: string;
  perSecond: string;
  timeout: string;
  ordered: boolean;
}

const blank: Draft = {
  url: '',
  events: [],
  profile: 'standard',
  description: '',
  perSecond: '',
  timeout: '',
  ordered: false,
};

/** A new endpoint: URL and events are enough. Then its secret, this once, and a test event. */
export function NewEndpoint({ close }: { close: () => void }) {
  const navigate = useNavigate();
  const [made, setMade] = useState<Endpoint | null>(null);
  const create = useAct((draft: Draft) => api<Endpoint>('POST', '/v1/endpoints', bodyOf(draft)), {
    then: setMade,
    quiet: true,
  });
  const done = (): void => {
    close();
    if (made !== null)
      void navigate({ to: '/endpoints/$id', params: { id: made.id }, search: (before) => before });
  };
  return (
    <Dialog
      title={made === null ? 'Create an endpoint' : 'The endpoint is ready'}
      isOpen
      close={made === null ? close : done}
      isWide
    >
      {made === null ? (
        <EndpointForm
          draft={blank}
          act="Create endpoint"
          isBusy={create.isPending}
          error={create.error}
          submit={(draft) => create.mutate(draft)}
        />
      ) : (
        <div className="flex flex-col gap-5">
          <Secret secret={made.secret ?? ''} />
          <TestEvent endpoint={made} />
          <div className="flex justify-end">
            <Button look="main" onClick={done}>
              Done
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

/** Changes an endpoint; what is not shown here stays. */
export function EditEndpoint({ endpoint, close }: { endpoint: Endpoint; close: () => void }) {
  const change = useAct(
    (draft: Draft) => api('PATCH', `/v1/endpoints/${endpoint.id}`, bodyOf(draft, endpoint)),
    {
      done: 'Changed. It counts from the next event on.',
      then: close,
      quiet: true,
    },
  );
  const { url, events, profile, description, rateLimit, timeout, ordered } = endpoint;
  const draft = {
    url,
    events,
    profile,
    description,
    timeout,
    ordered,
    perSecond: String(rateLimit?.perSecond ?? ''),
  };
  return (
    <Dialog title="Change the endpoint" isOpen close={close} isWide>
      <EndpointForm
        draft={draft}
        act="Save changes"
        isBusy={change.isPending}
        error={change.error}
        submit={(next) => change.mutate(next)}
      />
    </Dialog>
  );
}

export function Secret({ secret }: { secret: string }) {
  return (
    <div className="rounded-md border border-warn p-3">
      <p className="font-semibold">The signing secret</p>
      <p className="text-sm text-muted">
        Put it into the receiver, which checks signatures with it. Treat it like a password.
      </p>
      <div className="mt-2 flex items-center gap-2">
        <code className="min-w-0 flex-1 font-mono text-xs break-all">{secret}</code>
        <CopyButton text={secret} what="the secret" />
      </div>
    </div>
  );
}

function bodyOf(draft: Draft, before?: Endpoint): Record<string, unknown> {
  const { url, events, profile, description, perSecond, timeout, ordered } = draft;
  return {
    url: url.trim(),
    events,
    profile,
    description,
    ordered,
    ...(timeout.trim() === '' ? {} : { timeout: timeout.trim() }),
    ...(perSecond === ''
      ? before?.rateLimit
        ? { rateLimit: null }
        : {}
      : { rateLimit: { perSecond: Number(perSecond) } }),
  };
}

interface FormProps {
  draft: Draft;
  act: string;
  isBusy: boolean;
  error: Error | null;
  submit: (draft: Draft) => void;
}

function EndpointForm({ draft: first, act, isBusy, error, submit }: FormProps) {
  const [draft, setDraft] = useState(first);
  const profiles = useOne<Page<Profile>>('/v1/profiles').data?.data ?? [];
  const set = (changes: Partial<Draft>): void => setDraft((before) => ({ ...before, ...changes }));
  const wrong = (pointer: string): string | undefined =>
    error instanceof ApiError
      ? error.pointers.find((one) => one.pointer.startsWith(pointer))?.detail
      : undefined;
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    submit(draft);
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <Problem error={error} />
      <TextField
        label="URL"
        type="url"
        required
        placeholder="https://shop.example/hooks"
        help="Or a queue, such as redis://host:6379/?stream=orders"
        value={draft.url}
        change={(url) => set({ url })}
        error={wrong('/url')}
      />
      <EventPicker chosen={draft.events} change={(events) => set({ events })} error={wrong('/events')} />
      <Select
        label="Wire format"
        help={profiles.find(({ name }) => name === draft.profile)?.description}
        value={draft.profile}
        change={(profile) => set({ profile })}
        error={wrong('/profile')}
      >
        {profiles.length === 0 ? <option value={draft.profile}>{draft.profile}</option> : null}
        {profiles.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
      <details>
        <summary className="text-sm font-medium">More settings</summary>
        <div className="mt-3 flex flex-col gap-4">
          <TextField
            label="Description"
            value={draft.description}
            change={(description) => set({ description })}
            error={wrong('/description')}
          />
          <TextField
            label="At most so many attempts a second"
            type="number"
            min={0}
            step="any"
            placeholder="no limit"
            value={draft.perSecond}
            change={(perSecond) => set({ perSecond })}
            error={wrong('/rateLimit')}
          />
          <TextField
            label="Timeout of an attempt"
            placeholder="the wire format’s own"
            value={draft.timeout}
            change={(timeout) => set({ timeout })}
            error={wrong('/timeout')}
          />
          <Check
            label="In order: what fails holds back later events of the same reference"
            checked={draft.ordered}
            change={(ordered) => set({ ordered })}
          />
        </div>
      </details>
      <div className="flex justify-end">
        <Button look="main" type="submit" disabled={isBusy || draft.events.length === 0}>
          {act}
        </Button>
      </div>
    </form>
  );
}

interface PickerProps {
  chosen: string[];
  change: (events: string[]) => void;
  error: string | undefined;
}

/** Events of the catalogue, whole families of them, and whatever else is typed. */
function EventPicker({ chosen, change, error }: PickerProps) {
  const types = useOne<Page<EventType>>('/v1/event-types?limit=250').data?.data ?? [];
  const [text, setText] = useState('');
  const families = [
    ...new Set(types.flatMap(({ name }) => (name.includes('.') ? [`${name.split('.')[0]}.*`] : []))),
  ];
  const known = ['*', ...families, ...types.map(({ name }) => name)];
  const wanted = text.trim();
  const shown = [...chosen.filter((name) => !known.includes(name)), ...known].filter((name) =>
    name.includes(wanted),
  );
  const words = new Map(types.map(({ name, description }) => [name, description]));
  const toggle = (name: string, on: boolean): void =>
    change(on ? [...chosen, name] : chosen.filter((one) => one !== name));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="text-sm font-medium">Events ({chosen.length} chosen)</legend>
      {chosen.length === 0 ? null : (
        <ul aria-label="Chosen" className="flex flex-wrap gap-1">
          {chosen.map((name) => (
            <li key={name} className="flex items-center rounded-md bg-tint pl-2 font-mono text-xs">
              {name}
              <button
                type="button"
                aria-label={`Leave out ${name}`}
                className="min-h-6 min-w-6 rounded-md text-muted hover:text-text"
                onClick={() => toggle(name, false)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex items-end gap-2">
        <div className="flex-1">
          <TextField
            label="Find or type an event type"
            placeholder="order.*"
            value={text}
            change={setText}
            error={error}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              if (wanted !== '' && !chosen.includes(wanted)) toggle(wanted, true);
              setText('');
            }}
          />
        </div>
        <Button
          disabled={wanted === '' || chosen.includes(wanted)}
          onClick={() => {
            toggle(wanted, true);
            setText('');
          }}
        >
          Add
        </Button>
      </div>
      <ul
        tabIndex={0}
        aria-label="Event types"
        className="max-h-44 overflow-y-auto rounded-md border border-line p-2"
      >
        {shown.map((name) => (
          <li key={name}>
            <Check
              checked={chosen.includes(name)}
              change={(on) => toggle(name, on)}
              label={
                <span className="min-w-0">
                  <span className="font-mono text-xs">{name}</span>{' '}
                  <span className="text-xs text-muted">
                    {name === '*'
                      ? 'everything'
                      : name.endsWith('.*')
                        ? 'all that begin so'
                        : words.get(name)}
                  </span>
                </span>
              }
            />
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
